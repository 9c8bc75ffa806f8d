"""What is true of net(X, w, b) = Xw + b."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from grader import expect
from grader.checks.iterators_and_contexts.misconceptions.net import MISCONCEPTIONS
from grader.claims import Refuted, claim, part
from grader.elsewhere import expect_float64_digits, expect_gradients_as_at_home
from grader.gradients import numerical_gradient
from grader.strategies import LinregCase, large_linreg_inputs, linreg_inputs
from grader.subject import ELSEWHERE, Array, Subject


def prediction(X: Array, w: Array, b: Array) -> Array:
    """X (n, d), w (d, 1), b (1,) give (n, 1)."""
    return X @ w + b


def magnitude(case: LinregCase) -> Array:
    """The size of the terms that are added up to each prediction; rounding errors are proportional to it."""
    terms: Array = np.abs(case.X) @ np.abs(case.w) + np.abs(case.b)
    return terms


@claim(
    points=2,
    given=linreg_inputs(),
    also=large_linreg_inputs,
    hint="nd.dot multiplies matrices; b is then added to every row. Compare the shape you return with (n, 1).",
)
def net_computes_Xw_plus_b(subject: Subject, case: LinregCase) -> None:
    """net(X, w, b) is Xw + b, a column of shape (n, 1)."""
    y_hat = expect.tensor(subject.call("net", case.X, case.w, case.b).value, "The result of net")
    expect.shape(y_hat, (len(case.X), 1), "net(X, w, b)")
    expect.values(y_hat, prediction(case.X, case.w, case.b), "net(X, w, b)", scale=magnitude(case))


@claim(
    points=1,
    given=linreg_inputs(max_examples=3, max_features=3),
    hint="autograd can only follow NDArray operators: no detour through numpy or Python numbers, no new arrays made of "
    "old values.",
    examples=12,
)
def net_passes_gradients_to_X_w_and_b(subject: Subject, case: LinregCase) -> None:
    """Gradients flow back through net to X, w and b, as the derivative of Xw + b says."""
    weights = np.arange(1.0, len(case.X) + 1).reshape(-1, 1)
    found = subject.gradients("net", case.X, case.w, case.b, head=weights)
    y_hat = expect.tensor(found.value, "The result of net")
    if y_hat.shape != weights.shape and y_hat.values.size == weights.size:
        # Right numbers in another shape: the check above has said so, and their gradients can still be right.
        found = subject.gradients("net", case.X, case.w, case.b, head=weights.reshape(y_hat.shape))
    else:
        expect.shape(y_hat, weights.shape, "net(X, w, b)")
    if found.gradients is None:
        raise Refuted(
            "The result is not connected to X, w and b: autograd cannot take its gradient.",
            got="no gradient",
            expected="gradients for X, w and b",
        )
    wrt = {"X": case.X, "w": case.w, "b": case.b}
    for gradient, (name, at) in zip(found.gradients, wrt.items(), strict=True):

        def total(moved: Array, name: str = name) -> float:
            return float(np.sum(weights * prediction(**{**wrt, name: moved})))

        what = f"The gradient of {' + '.join(f'{i + 1} y_hat[{i}]' for i in range(len(case.X)))} for {name}"
        expect.values(gradient, numerical_gradient(total, at), what, scale=np.abs(case.X).sum() + weights.sum())


@claim(
    points=1,
    given=st.just(LinregCase(np.array([[1.0, 2.0], [0.0, 3.0]]), np.array([[3.0], [4.0]]), np.array([5.0]))),
    hint="Arrays made without ctx=... land on the default CPU, and without dtype=... they are float32. net needs none.",
    examples=1,
)
def net_follows_its_arguments(subject: Subject, case: LinregCase) -> None:
    """The result has the dtype of X, w and b, lives where they live, and they are as they were."""
    called = subject.call("net", case.X, case.w, case.b, device=ELSEWHERE, strict=True)
    expect.device(expect.tensor(called.value, "The result of net"), ELSEWHERE, "net(X, w, b)")
    expect.unchanged(called.changed, ("X", "w", "b"))
    head = np.ones((2, 1))
    expect_gradients_as_at_home(
        lambda: subject.gradients("net", case.X, case.w, case.b, head=head, device=ELSEWHERE, strict=True),
        lambda: subject.gradients("net", case.X, case.w, case.b, head=head),
        [(head @ case.w.T, 1.0), (case.X.T @ head, 1.0), (np.array([2.0]), 1.0)],
        "net",
        "on another device",
    )
    thirds = LinregCase(case.X / 3, case.w, case.b, note='dtype = "float64"')
    called = subject.call("net", thirds.X, thirds.w, thirds.b, dtype="float64")
    y_hat = expect.tensor(called.value, "The result of net")
    expect.dtype(y_hat, "float64", "net(X, w, b) of float64 arrays")
    with expect.given(thirds):
        expect_float64_digits(y_hat.exact(), prediction(thirds.X, thirds.w, thirds.b), "net(X, w, b)")


PART = part("net", ("net",), globals(), MISCONCEPTIONS)
