"""What is true of squared_loss(y_hat, y) = (y_hat - y)^2 / 2."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from grader import expect
from grader.checks.linreg_scratch.misconceptions.squared_loss import MISCONCEPTIONS
from grader.claims import Refuted, claim, part
from grader.elsewhere import (
    expect_as_right_as_at_home,
    expect_float64_digits,
    expect_gradients_as_at_home,
    expect_recorded_as_unrecorded,
)
from grader.gradients import numerical_gradient
from grader.strategies import LossCase, extreme_predictions_and_labels, predictions_and_labels
from grader.subject import ELSEWHERE, Array, Subject, Tensor


def losses(y_hat: Array, y: Array) -> Array:
    """The squared loss of each example, (y_hat - y)^2 / 2: y_hat (n, 1), y (n,) or (n, 1) give (n, 1)."""
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2


def _size(case: LossCase) -> Array:
    """Of the terms of the square multiplied out, which is right too, if less exact where they cancel."""
    size: Array = (np.abs(case.y_hat) + np.abs(case.y.reshape(case.y_hat.shape))) ** 2 / 2
    return size


def _gradient_of_sum(case: LossCase) -> list[tuple[Array, Array | float]]:
    """The gradient of the summed losses with respect to y_hat, and the size of what it is made of."""
    y = case.y.reshape(case.y_hat.shape)
    return [(case.y_hat - y, np.maximum(1.0, np.abs(case.y_hat) + np.abs(y)))]


def _result(subject: Subject, case: LossCase) -> Tensor:
    return expect.tensor(subject.call("squared_loss", case.y_hat, case.y).value, "The result of squared_loss")


@claim(
    points=2,
    given=predictions_and_labels(columns=st.just(True)),
    also=extreme_predictions_and_labels,
    hint="Work one row out by hand: prediction 3, label 1. The error is 2, its square 4, and the loss half of that.",
)
def squared_loss_is_half_the_squared_error(subject: Subject, case: LossCase) -> None:
    """The loss of each example is (y_hat - y)^2 / 2, for large, tiny, negative and equal values alike."""
    found = _result(subject, case)
    expected = losses(case.y_hat, case.y)
    # The shape has a check of its own: here the numbers count, in whatever shape they come.
    if found.values.size != expected.size:
        raise Refuted(
            f"There must be one loss per example, {expected.size} of them.",
            got=expect.show(found.exact()),
            expected=expect.show(expected),
        )
    expect.values(found.exact().reshape(expected.shape), expected, "squared_loss(y_hat, y)", scale=_size(case))


@claim(
    points=2,
    given=predictions_and_labels(),
    hint="(n, 1) minus (n,) is not what it looks like: print the shapes. Give y the shape of y_hat first, and do not "
    "add the losses up.",
)
def squared_loss_keeps_the_shape_of_y_hat(subject: Subject, case: LossCase) -> None:
    """The losses have the shape of y_hat, (n, 1), whether y comes as (n,) or as (n, 1)."""
    expect.shape(_result(subject, case), case.y_hat.shape, "squared_loss(y_hat, y)")


@claim(
    points=2,
    given=predictions_and_labels(),
    also=extreme_predictions_and_labels,
    hint="The gradient of half a square is the error itself; a wrong loss has a wrong gradient. It only arrives if "
    "every step from y_hat to the loss is an NDArray operator that autograd can follow.",
)
def squared_loss_has_gradient_y_hat_minus_y(subject: Subject, case: LossCase) -> None:
    """The gradient of the summed losses with respect to y_hat is y_hat - y."""
    found = subject.gradients("squared_loss", case.y_hat, case.y, head=np.ones_like(case.y_hat))
    loss = expect.tensor(found.value, "The result of squared_loss")
    right = expect_recorded_as_unrecorded(
        loss.exact(),
        losses(case.y_hat, case.y),
        lambda: _result(subject, case).exact(),
        "squared_loss(y_hat, y)",
        scale=_size(case),
    )
    if np.abs(case.y_hat).max() > 100 and not right:
        return  # losses of large errors have a check of their own
    shape = loss.shape
    if shape != case.y_hat.shape:
        # The shape has a check of its own: the gradient of the sum over all entries is the same in any shape.
        found = subject.gradients("squared_loss", case.y_hat, case.y, head=np.ones(shape))
    if found.gradients is None:
        raise Refuted(
            "The result is not connected to y_hat: autograd cannot take its gradient.",
            got="no gradient",
            expected="a gradient for y_hat",
        )
    scale = np.maximum(1.0, np.abs(case.y_hat) + np.abs(case.y.reshape(case.y_hat.shape)))
    expected = numerical_gradient(lambda y_hat: float(losses(y_hat, case.y).sum()), case.y_hat)
    expect.values(found.gradients[0], expected, "The gradient of the summed losses with respect to y_hat", scale=scale)


@claim(
    points=1,
    given=predictions_and_labels(),
    hint="Subtraction written with -=, or an assignment into y[:], changes the array of whoever called you. "
    "Arrays made along the way are float32 unless you say otherwise.",
    examples=10,
)
def squared_loss_keeps_dtype_and_arguments(subject: Subject, case: LossCase) -> None:
    """float64 in gives float64 out, with all its digits; no call changes y_hat, y or the result of another call."""
    called = subject.call("squared_loss", case.y_hat, case.y)
    expect.unchanged(called.changed, ("y_hat", "y"))
    expect.new_result(subject.call("squared_loss", case.y_hat + 1, case.y), "squared_loss")
    found = expect.tensor(called.value, "The result of squared_loss")
    expect.dtype(found, "float32", "squared_loss(y_hat, y) of float32 arrays")
    thirds = LossCase(case.y_hat / 3, case.y, note='dtype = "float64"')
    with expect.given(thirds):
        _expect_float64(subject, thirds)


def _expect_float64(subject: Subject, thirds: LossCase) -> None:
    called = subject.call("squared_loss", thirds.y_hat, thirds.y, dtype="float64")
    found = expect.tensor(called.value, "The result of squared_loss")
    expect.dtype(found, "float64", "squared_loss(y_hat, y) of float64 arrays")
    expected = losses(thirds.y_hat, thirds.y)
    # Losses may cancel down to nothing; what they are made of has size 1 to 16.
    expect_float64_digits(found.exact(), expected, "squared_loss(y_hat, y)", scale=1)
    expect_as_right_as_at_home(
        found.exact(),
        expected,
        lambda: _result(subject, thirds).exact(),
        "squared_loss(y_hat, y)",
        "for float64 arrays",
        scale=1,
    )
    head = np.ones(found.shape)
    expect_gradients_as_at_home(
        lambda: subject.gradients("squared_loss", thirds.y_hat, thirds.y, head=head, dtype="float64"),
        lambda: subject.gradients("squared_loss", thirds.y_hat, thirds.y, head=head),
        _gradient_of_sum(thirds),
        "squared_loss",
        "for float64 arrays",
    )


@claim(
    points=1,
    given=st.just(LossCase(np.array([[3.0], [1.0]]), np.array([1.0, 4.0]), note=f"ctx = mx.{ELSEWHERE}")),
    hint="An array made without ctx=... lands on cpu(0). Plain Python numbers need no context at all.",
    examples=1,
)
def squared_loss_stays_on_the_device_of_y_hat(subject: Subject, case: LossCase) -> None:
    """On another device (here cpu(1), in place of a GPU), squared_loss works and its result stays there."""
    called = subject.call("squared_loss", case.y_hat, case.y, device=ELSEWHERE, strict=True)
    found = expect.tensor(called.value, "The result of squared_loss")
    expect.device(found, ELSEWHERE, "squared_loss(y_hat, y)")
    expect_as_right_as_at_home(
        found.exact(),
        losses(case.y_hat, case.y),
        lambda: _result(subject, case).exact(),
        "squared_loss(y_hat, y)",
        f"on {ELSEWHERE}",
    )
    head = np.ones(found.shape)
    expect_gradients_as_at_home(
        lambda: subject.gradients("squared_loss", case.y_hat, case.y, head=head, device=ELSEWHERE, strict=True),
        lambda: subject.gradients("squared_loss", case.y_hat, case.y, head=head),
        _gradient_of_sum(case),
        "squared_loss",
        "on another device",
    )


PART = part("squared_loss", ("squared_loss",), globals(), MISCONCEPTIONS)
