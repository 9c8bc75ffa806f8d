"""What is true of second_difference(f, x): f'' from two gradients, where autograd cannot differentiate twice.

(f'(x + h) - f'(x - h)) / (2 h) is off by h^2 f'''' / 6, and rounding adds about eps (|f'| + |x f''|) / h. For the
functions and the range in question f'''' / f'' is at most 20 / x^2 <= 80, so that steps from 0.0002 to 0.02 give
`EXACT` in float32 (h^2 80 / 6 = 0.005; 6e-8 * 8 / 0.0002 = 0.003) and from 1e-9 to 1e-4 in float64 (1.4e-7; 1e-16 *
8 / 1e-9 = 1e-6).
"""

from __future__ import annotations

from grader import expect
from grader.checks.exercises.cases import ONCE, SHAPES, TWICE, CurvatureCase, curvatures
from grader.checks.exercises.misconceptions.second_difference import MISCONCEPTIONS
from grader.checks.exercises.second_derivative import ask, expect_curvature
from grader.claims import claim, part
from grader.subject import ELSEWHERE, Subject

EXACT = {"float32": 1e-2, "float64": 2e-6}
"""Relative to f''. "Two digits" and "six"."""


@claim(
    points=2,
    given=curvatures(ONCE),
    hint="Take f'(x + h) and f'(x - h), each with autograd. By how much do they differ, and over which distance? Too "
    "large an h sees the curve bend, too small a one sees only rounding: in float32, try 0.005.",
)
def second_difference_finds_the_second_derivative(subject: Subject, case: CurvatureCase) -> None:
    """For f that MXNet cannot differentiate twice, second_difference(f, x) is f''(x) to two digits in float32."""
    found, _ = ask(subject, "second_difference", case)
    expect_curvature(found, case, EXACT["float32"], least=0.0)


@claim(
    points=1,
    given=curvatures((*ONCE, *TWICE)),
    hint="The h that is best for float32 is much too large for float64: the cube root of the dtype's smallest relative "
    "step, np.finfo(x.dtype).eps, is a good one for each.",
    examples=10,
)
def second_difference_has_more_digits_in_float64(subject: Subject, case: CurvatureCase) -> None:
    """When x is float64, so is the result, and it is right to six digits."""
    found, _ = ask(subject, "second_difference", case, dtype="float64")
    expect.dtype(found, "float64", "second_difference(f, x) for a float64 x")
    expect_curvature(found, case, EXACT["float64"], least=0.0)


@claim(
    points=1,
    given=curvatures(ONCE, SHAPES),
    hint="Each entry has a second derivative of its own and its own place. Nothing has to be added up or flattened.",
    examples=10,
)
def second_difference_keeps_the_shape_of_x(subject: Subject, case: CurvatureCase) -> None:
    """The result has the shape of x, whatever that is."""
    found, _ = ask(subject, "second_difference", case)
    expect.shape(found, case.x.shape, "second_difference(f, x)")


@claim(
    points=1,
    given=curvatures(ONCE),
    hint="x += h writes into the caller's array. x + h is a new one.",
    examples=8,
)
def second_difference_leaves_x_as_it_was(subject: Subject, case: CurvatureCase) -> None:
    """The contents of x are the same after the call."""
    _, changed = ask(subject, "second_difference", case)
    expect.unchanged((0,) if changed else (), ("x",))


@claim(
    points=1,
    given=curvatures(("power",)),
    hint="An array made without ctx=... lands on the CPU. Use x.context for anything you create.",
    examples=1,
)
def second_difference_stays_on_the_device_of_x(subject: Subject, case: CurvatureCase) -> None:
    """On a second device, standing in for a GPU, second_difference works and its result stays there."""
    found, _ = ask(subject, "second_difference", case, device=ELSEWHERE)
    expect.device(found, ELSEWHERE, "second_difference(f, x)")


PART = part("second_difference", ("second_difference",), globals(), MISCONCEPTIONS)
