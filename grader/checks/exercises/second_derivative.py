"""What is true of second_derivative(f, x): f'' by differentiating twice with autograd.

Only functions whose gradient MXNet 1.9.1 can differentiate again, and does so rightly, are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from grader import expect
from grader.checks.exercises import calculus
from grader.checks.exercises.cases import SHAPES, TWICE, CurvatureCase, curvatures
from grader.checks.exercises.misconceptions.second_derivative import MISCONCEPTIONS
from grader.claims import Refuted, claim, part
from grader.play import Script
from grader.subject import ELSEWHERE, HOME, Array, Dtype, Raised, Subject, Tensor

EXACT = {"float32": 1e-5, "float64": 1e-11}
"""Relative to 1 or to f'', whichever is larger. Autograd is within 2e-6 and 1e-15 of the functions in question; taking
differences leaves 1e-4 and 1e-10 at best."""


def curvature(case: CurvatureCase) -> Array:
    return calculus.second(case.f, case.constant, case.x)


def ask(
    subject: Subject, name: str, case: CurvatureCase, dtype: Dtype = "float32", device: str = HOME
) -> tuple[Tensor, bool]:
    """What `name`(f, x) returns, and whether x was changed."""
    script = Script(name, about=case, strict=device != HOME, dtype=dtype, device=device)
    x = script.array(case.x)
    made = script.call(name, calculus.function(script, case.f, case.constant), x)
    after = script.look(x)
    script.name(made=made, x=after)
    played = subject.play(script)
    changed = not np.array_equal(expect.tensor(played[after], "x").exact(), case.x)
    return expect.tensor(played[made], f"The result of {name}"), changed


def expect_curvature(found: Tensor, case: CurvatureCase, allowed: float, least: float = 1.0) -> None:
    """Right numbers, whatever their shape: that has a check of its own."""
    wanted = curvature(case)
    got = found.exact()
    if got.size != wanted.size or not np.all(
        np.abs(got.reshape(wanted.shape) - wanted) <= allowed * np.maximum(np.abs(wanted), least)
    ):
        raise Refuted("This is not f''(x).", got=expect.show(got), expected=expect.show(wanted))


def refused(rng: np.random.Generator) -> Iterator[CurvatureCase]:
    """A function that MXNet differentiates once only."""
    yield CurvatureCase("over", 1.0, np.array([1.0, 2.0]))


@claim(
    points=2,
    given=curvatures(TWICE),
    also=refused,
    hint="autograd.grad(..., create_graph=True) gives f'(x) in a form that can itself be differentiated. Then it is "
    "backward's turn. Rules of your own would be right for one f only. Where MXNet refuses, its error is the answer.",
)
def second_derivative_differentiates_twice(subject: Subject, case: CurvatureCase) -> None:
    """second_derivative(f, x) is f''(x), as exactly as float32 allows, or MXNetError where MXNet cannot do it."""
    try:
        found, _ = ask(subject, "second_derivative", case)
    except Raised as fault:
        if not calculus.FUNCTIONS[case.f].twice and fault.type_name == "MXNetError":
            return
        raise
    if not calculus.FUNCTIONS[case.f].twice:
        raise Refuted(
            "MXNet cannot differentiate this function twice, and yet something comes back.",
            got=expect.show(found.exact()),
            expected="MXNetError",
        )
    expect_curvature(found, case, EXACT["float32"])


@claim(
    points=1,
    given=curvatures(TWICE),
    hint="Let the dtype of x decide: arrays made along the way are float32 unless you say otherwise. Differences in "
    "place of derivatives lose half of the digits.",
    examples=10,
)
def second_derivative_keeps_float64(subject: Subject, case: CurvatureCase) -> None:
    """When x is float64, so is the result, with all its digits."""
    found, _ = ask(subject, "second_derivative", case, dtype="float64")
    expect.dtype(found, "float64", "second_derivative(f, x) for a float64 x")
    at_home, _ = ask(subject, "second_derivative", case)
    if np.allclose(at_home.exact().reshape(-1), curvature(case).reshape(-1), rtol=EXACT["float32"]):
        # What is wrong in float32 already has a check of its own.
        expect_curvature(found, case, EXACT["float64"])


@claim(
    points=1,
    given=curvatures(TWICE, SHAPES),
    hint="Each entry has a second derivative of its own and its own place. Nothing has to be added up or flattened.",
    examples=10,
)
def second_derivative_keeps_the_shape_of_x(subject: Subject, case: CurvatureCase) -> None:
    """The result has the shape of x, whatever that is."""
    found, _ = ask(subject, "second_derivative", case)
    expect.shape(found, case.x.shape, "second_derivative(f, x)")


@claim(
    points=1,
    given=curvatures(TWICE),
    hint="x is the caller's array. Work on a copy if you have to write anything.",
    examples=8,
)
def second_derivative_leaves_x_as_it_was(subject: Subject, case: CurvatureCase) -> None:
    """The contents of x are the same after the call."""
    _, changed = ask(subject, "second_derivative", case)
    expect.unchanged((0,) if changed else (), ("x",))


@claim(
    points=1,
    given=curvatures(("sin",)),
    hint="An array made without ctx=... lands on the CPU. Use x.context for anything you create.",
    examples=1,
)
def second_derivative_stays_on_the_device_of_x(subject: Subject, case: CurvatureCase) -> None:
    """On a second device, standing in for a GPU, second_derivative works and its result stays there."""
    found, _ = ask(subject, "second_derivative", case, device=ELSEWHERE)
    expect.device(found, ELSEWHERE, "second_derivative(f, x)")


PART = part("second_derivative", ("second_derivative",), globals(), MISCONCEPTIONS)
