"""What is true of linreg(X, w, b) = Xw + b."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from hypothesis import strategies as st

from grader import expect
from grader.checks.linreg_scratch.misconceptions.linreg import MISCONCEPTIONS
from grader.claims import Refuted, claim, part
from grader.elsewhere import (
    expect_as_right_as_at_home,
    expect_float64_digits,
    expect_gradients_as_at_home,
    expect_recorded_as_unrecorded,
)
from grader.gradients import numerical_gradient
from grader.strategies import LinregCase, large_linreg_inputs, linreg_inputs, single
from grader.subject import ELSEWHERE, Array, Subject


def prediction(X: Array, w: Array, b: Array) -> Array:
    """The model, y_hat = Xw + b: X (n, d), w (d, 1), b (1,) give (n, 1)."""
    return X @ w + b


def magnitude(case: LinregCase) -> Array:
    """The size of the terms that are added up to each prediction; rounding errors are proportional to it."""
    terms: Array = np.abs(case.X) @ np.abs(case.w) + np.abs(case.b)
    return terms


def _larger(rng: np.random.Generator) -> Iterator[LinregCase]:
    """More rows and features than the small cases have, and larger and smaller numbers."""
    shapes = (70, 3), (4, 12), (320, 2), (10, 2), (3, 24)
    for n, d, size in (*((n, d, 1.0) for n, d in shapes), (4, 2, 30.0), (4, 3, 1000.0), (4, 2, 0.1)):
        yield LinregCase(*(single(size * rng.normal(size=shape)) for shape in ((n, d), (d, 1), (1,))))


def _gradients_of_sum(case: LinregCase) -> list[tuple[Array, Array | float]]:
    """The gradients of the sum of all predictions with respect to X, w and b, and the size of what adds up to each."""
    ones = np.ones((len(case.X), 1))
    return [(ones @ case.w.T, 1.0), (case.X.T @ ones, np.abs(case.X).T @ ones), (np.array([ones.sum()]), 1.0)]


def _at_home(subject: Subject, case: LinregCase) -> Array:
    return expect.tensor(subject.call("linreg", case.X, case.w, case.b).value, "The result of linreg").exact()


@claim(
    points=2,
    given=linreg_inputs(),
    also=large_linreg_inputs,
    hint="Each row of X meets w in a product that adds up over the features; the same b is then added to every row. "
    "Compare the shape you return with (n, 1).",
)
def linreg_computes_Xw_plus_b(subject: Subject, case: LinregCase) -> None:
    """linreg(X, w, b) is Xw + b: one prediction per row of X, as a column of shape (n, 1)."""
    y_hat = expect.tensor(subject.call("linreg", case.X, case.w, case.b).value, "The result of linreg")
    expect.shape(y_hat, (len(case.X), 1), "linreg(X, w, b)")
    expect.values(y_hat, prediction(case.X, case.w, case.b), "linreg(X, w, b)", scale=magnitude(case))


@claim(
    points=2,
    given=linreg_inputs(max_examples=3, max_features=3),
    also=_larger,
    hint="A wrong prediction has a wrong gradient: mend the check above first. If that one passes: autograd can only "
    "follow NDArray operators. A detour through numpy or Python numbers, or a new array made from old values, cuts the "
    "graph, and so does detach().",
)
def linreg_passes_gradients_to_X_w_and_b(subject: Subject, case: LinregCase) -> None:
    """Gradients flow back through linreg to X, w and b, as the derivative of Xw + b says."""
    many = len(case.X) > 5
    weights = np.ones((len(case.X), 1)) if many else np.arange(1.0, len(case.X) + 1).reshape(-1, 1)
    found = subject.gradients("linreg", case.X, case.w, case.b, head=weights)
    y_hat = expect.tensor(found.value, "The result of linreg")
    right = expect_recorded_as_unrecorded(
        y_hat.exact(),
        prediction(case.X, case.w, case.b),
        lambda: _at_home(subject, case),
        "linreg(X, w, b)",
        scale=magnitude(case),
    )
    if max(case.X.shape) > 3 and not right:
        return  # the larger cases are about gradients alone
    if y_hat.shape != weights.shape and y_hat.values.size == weights.size:
        # Right numbers in another shape: the check above has said so, and their gradients can still be right.
        found = subject.gradients("linreg", case.X, case.w, case.b, head=weights.reshape(y_hat.shape))
    else:
        expect.shape(y_hat, weights.shape, "linreg(X, w, b)")
    if found.gradients is None:
        raise Refuted(
            "The result is not connected to X, w and b: autograd cannot take its gradient.",
            got="no gradient",
            expected="gradients for X, w and b",
        )
    terms = ["y_hat[0]", *(f"{i + 1} y_hat[{i}]" for i in range(1, len(case.X)))]
    total_of = "the sum of the predictions" if many else " + ".join(terms)
    # What is added up to each entry of a gradient: rounding errors are proportional to it.
    scales = {"X": 1.0, "w": np.maximum(1.0, np.abs(case.X).T @ weights), "b": np.sum(weights)}
    wrt = {"X": case.X, "w": case.w, "b": case.b}
    for gradient, (name, at) in zip(found.gradients, wrt.items(), strict=True):

        def total(moved: Array, name: str = name) -> float:
            return float(np.sum(weights * prediction(**{**wrt, name: moved})))

        expected = numerical_gradient(total, at)
        expect.values(gradient, expected, f"The gradient of {total_of} with respect to {name}", scale=scales[name])


@claim(
    points=1,
    given=linreg_inputs(),
    # Not the largest numbers: beside them, an error of 1 looks like lost digits.
    also=lambda rng: [case for case in large_linreg_inputs(rng) if np.abs(case.X).max() < 100],
    hint="Let the dtype of the arguments decide. Arrays made along the way are float32 unless you say otherwise.",
    examples=10,
)
def linreg_keeps_float64(subject: Subject, case: LinregCase) -> None:
    """The prediction has the dtype of X, w and b, and in float64 all its digits."""
    at_home = expect.tensor(subject.call("linreg", case.X, case.w, case.b).value, "The result of linreg")
    expect.dtype(at_home, "float32", "linreg(X, w, b) of float32 arrays")
    thirds = LinregCase(case.X / 3, case.w, case.b, note='dtype = "float64"')
    with expect.given(thirds):
        _expect_float64(subject, thirds)


def _expect_float64(subject: Subject, thirds: LinregCase) -> None:
    called = subject.call("linreg", thirds.X, thirds.w, thirds.b, dtype="float64")
    y_hat = expect.tensor(called.value, "The result of linreg")
    expect.dtype(y_hat, "float64", "linreg(X, w, b) of float64 arrays")
    expected = prediction(thirds.X, thirds.w, thirds.b)
    expect_float64_digits(y_hat.exact(), expected, "linreg(X, w, b)", scale=magnitude(thirds))
    expect_as_right_as_at_home(
        y_hat.exact(),
        expected,
        lambda: _at_home(subject, thirds),
        "linreg(X, w, b)",
        "for float64 arrays",
        scale=magnitude(thirds),
    )
    head = np.ones(y_hat.shape)
    arguments = thirds.X, thirds.w, thirds.b
    expect_gradients_as_at_home(
        lambda: subject.gradients("linreg", *arguments, head=head, dtype="float64"),
        lambda: subject.gradients("linreg", *arguments, head=head),
        _gradients_of_sum(thirds),
        "linreg",
        "for float64 arrays",
    )


@claim(
    points=1,
    given=linreg_inputs(),
    also=large_linreg_inputs,
    hint="Operators such as +=, *= and x[:] = ... write into the array they are given. Compute a new one.",
    examples=10,
)
def linreg_leaves_its_arguments_as_they_were(subject: Subject, case: LinregCase) -> None:
    """linreg only reads X, w and b, and its result is a new array: no call changes what is there already."""
    expect.unchanged(subject.call("linreg", case.X, case.w, case.b).changed, ("X", "w", "b"))
    other = LinregCase(case.X + 1, case.w, case.b)
    expect.new_result(subject.call("linreg", other.X, other.w, other.b), "linreg")


@claim(
    points=1,
    given=st.just(
        LinregCase(np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]]), np.array([5.0]), note=f"ctx = mx.{ELSEWHERE}")
    ),
    hint="An array made without ctx=... lands on cpu(0). Use X.context for anything you create.",
    examples=1,
)
def linreg_stays_on_the_device_of_X(subject: Subject, case: LinregCase) -> None:
    """On another device (here cpu(1), in place of a GPU), linreg works and its result stays there."""
    called = subject.call("linreg", case.X, case.w, case.b, device=ELSEWHERE, strict=True)
    y_hat = expect.tensor(called.value, "The result of linreg")
    expect.device(y_hat, ELSEWHERE, "linreg(X, w, b)")
    expect_as_right_as_at_home(
        y_hat.exact(),
        prediction(case.X, case.w, case.b),
        lambda: _at_home(subject, case),
        "linreg(X, w, b)",
        f"on {ELSEWHERE}",
    )
    head = np.ones(y_hat.shape)
    arguments = case.X, case.w, case.b
    expect_gradients_as_at_home(
        lambda: subject.gradients("linreg", *arguments, head=head, device=ELSEWHERE, strict=True),
        lambda: subject.gradients("linreg", *arguments, head=head),
        _gradients_of_sum(case),
        "linreg",
        "on another device",
    )


PART = part("linreg", ("linreg",), globals(), MISCONCEPTIONS)
