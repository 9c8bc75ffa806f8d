"""What is true of linreg(X, w, b) = Xw + b."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from grader import expect
from grader.checks.linreg_scratch.digits import expect_float64_digits
from grader.checks.linreg_scratch.misconceptions.linreg import MISCONCEPTIONS
from grader.claims import Refuted, claim, part
from grader.gradients import numerical_gradient
from grader.strategies import LinregCase, large_linreg_inputs, linreg_inputs
from grader.subject import ELSEWHERE, Array, Subject


def prediction(X: Array, w: Array, b: Array) -> Array:
    """The model, y_hat = Xw + b: X (n, d), w (d, 1), b (1,) give (n, 1)."""
    return X @ w + b


def magnitude(case: LinregCase) -> Array:
    """The size of the terms that are added up to each prediction; rounding errors are proportional to it."""
    terms: Array = np.abs(case.X) @ np.abs(case.w) + np.abs(case.b)
    return terms


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
    points=1,
    given=linreg_inputs(max_examples=3, max_features=3),
    hint="A wrong prediction has a wrong gradient: mend the check above first. If that one passes: autograd can only "
    "follow NDArray operators. A detour through numpy or Python numbers, or a new array made from old values, cuts the "
    "graph, and so does detach().",
)
def linreg_passes_gradients_to_X_w_and_b(subject: Subject, case: LinregCase) -> None:
    """Gradients flow back through linreg to X, w and b, as the derivative of Xw + b says."""
    weights = np.arange(1.0, len(case.X) + 1).reshape(-1, 1)
    found = subject.gradients("linreg", case.X, case.w, case.b, head=weights)
    y_hat = expect.tensor(found.value, "The result of linreg")
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
    wrt = {"X": case.X, "w": case.w, "b": case.b}
    for gradient, (name, at) in zip(found.gradients, wrt.items(), strict=True):

        def total(moved: Array, name: str = name) -> float:
            return float(np.sum(weights * prediction(**{**wrt, name: moved})))

        expected = numerical_gradient(total, at)
        expect.values(gradient, expected, f"The gradient of {' + '.join(terms)} with respect to {name}", scale=1)


@claim(
    points=1,
    given=linreg_inputs(),
    also=large_linreg_inputs,
    hint="Let the dtype of the arguments decide. Arrays made along the way are float32 unless you say otherwise.",
    examples=10,
)
def linreg_keeps_float64(subject: Subject, case: LinregCase) -> None:
    """When X, w and b are float64, so is the prediction, with all its digits."""
    thirds = LinregCase(case.X / 3, case.w, case.b)
    called = subject.call("linreg", thirds.X, thirds.w, thirds.b, dtype="float64")
    y_hat = expect.tensor(called.value, "The result of linreg")
    expect.dtype(y_hat, "float64", "linreg(X, w, b) of float64 arrays")
    expected = prediction(thirds.X, thirds.w, thirds.b)
    expect_float64_digits(y_hat.exact(), expected, "linreg(X, w, b)", thirds, scale=magnitude(thirds))


@claim(
    points=1,
    given=linreg_inputs(),
    also=large_linreg_inputs,
    hint="Operators such as +=, *= and x[:] = ... write into the array they are given. Compute a new one.",
    examples=10,
)
def linreg_leaves_its_arguments_as_they_were(subject: Subject, case: LinregCase) -> None:
    """linreg only reads X, w and b; their contents are the same after the call."""
    expect.unchanged(subject.call("linreg", case.X, case.w, case.b).changed, ("X", "w", "b"))


@claim(
    points=1,
    given=st.just(LinregCase(np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]]), np.array([5.0]))),
    hint="An array made without ctx=... lands on the CPU. Use X.context for anything you create.",
    examples=1,
)
def linreg_stays_on_the_device_of_X(subject: Subject, case: LinregCase) -> None:
    """On a second device, standing in for a GPU, linreg works and its result stays there."""
    called = subject.call("linreg", case.X, case.w, case.b, device=ELSEWHERE, strict=True)
    expect.device(expect.tensor(called.value, "The result of linreg"), ELSEWHERE, "linreg(X, w, b)")


PART = part("linreg", ("linreg",), globals(), MISCONCEPTIONS)
