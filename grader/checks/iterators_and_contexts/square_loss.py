"""What is true of square_loss(yhat, y), the mean of (yhat - y)^2."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from grader import expect
from grader.checks.iterators_and_contexts.misconceptions.square_loss import MISCONCEPTIONS
from grader.claims import Refuted, claim, part
from grader.elsewhere import expect_float64_digits, expect_gradients_as_at_home
from grader.gradients import numerical_gradient
from grader.strategies import LossCase, extreme_predictions_and_labels, predictions_and_labels
from grader.subject import ELSEWHERE, Array, Subject

COLUMNS = predictions_and_labels(st.just(True))


def mean_square(yhat: Array, y: Array) -> Array:
    """yhat and y (n, 1) give (1,)."""
    return np.array([np.mean((yhat - y) ** 2)])


@claim(
    points=2,
    given=COLUMNS,
    also=extreme_predictions_and_labels,
    hint="Square the difference of each prediction and its label, then take the mean of the squares.",
)
def square_loss_is_the_mean_of_squares(subject: Subject, case: LossCase) -> None:
    """square_loss(yhat, y) is the mean of (yhat - y)^2, one number in an array of shape (1,)."""
    loss = expect.tensor(subject.call("square_loss", case.y_hat, case.y).value, "The result of square_loss")
    expect.shape(loss, (1,), "square_loss(yhat, y)")
    expect.values(loss, mean_square(case.y_hat, case.y), "square_loss(yhat, y)")


@claim(
    points=2,
    given=COLUMNS,
    also=lambda rng: [case for case in extreme_predictions_and_labels(rng) if len(case.y_hat) > 1],
    hint="The mean divides by n, and so does its gradient: that is what SGD relies on. A wrong loss has a wrong "
    "gradient; otherwise look for a detour through numpy or Python numbers.",
    examples=12,
)
def square_loss_has_the_gradient_of_a_mean(subject: Subject, case: LossCase) -> None:
    """Its gradient with respect to yhat is 2 (yhat - y) / n: the division by n is in it already."""
    found = subject.gradients("square_loss", case.y_hat, case.y, head=np.ones(1))
    loss = expect.tensor(found.value, "The result of square_loss")
    if loss.values.size != 1:
        raise Refuted("The loss is not one number.", got=f"shape {loss.shape}", expected="shape (1,)")
    if loss.shape != (1,):  # the check above has said so
        found = subject.gradients("square_loss", case.y_hat, case.y, head=np.ones(loss.shape))
    if found.gradients is None:
        raise Refuted(
            "The result is not connected to yhat: autograd cannot take its gradient.",
            got="no gradient",
            expected="a gradient for yhat",
        )
    for_yhat = numerical_gradient(lambda moved: float(mean_square(moved, case.y)[0]), case.y_hat)
    scale = 2 * (np.abs(case.y_hat) + np.abs(case.y)) / len(case.y)
    expect.values(found.gradients[0], for_yhat, "The gradient with respect to yhat", scale=scale)


@claim(
    points=1,
    given=st.just(LossCase(np.array([[1.0], [2.5], [-3.0]]), np.array([[2.0], [0.5], [1.0]]))),
    hint="Arrays made without ctx=... land on the default CPU, and without dtype=... they are float32. +=, -= and **= "
    "write into the array they are given.",
    examples=1,
)
def square_loss_follows_its_arguments(subject: Subject, case: LossCase) -> None:
    """The result has the dtype of yhat and y, lives where they live, and they are as they were."""
    called = subject.call("square_loss", case.y_hat, case.y, device=ELSEWHERE, strict=True)
    expect.device(expect.tensor(called.value, "The result of square_loss"), ELSEWHERE, "square_loss(yhat, y)")
    expect.unchanged(called.changed, ("yhat", "y"))
    head = np.ones(1)
    expect_gradients_as_at_home(
        lambda: subject.gradients("square_loss", case.y_hat, case.y, head=head, device=ELSEWHERE, strict=True),
        lambda: subject.gradients("square_loss", case.y_hat, case.y, head=head),
        [(2 * (case.y_hat - case.y) / len(case.y), 1.0)],
        "square_loss",
        "on another device",
    )
    thirds = LossCase(case.y_hat / 3, case.y / 7, note='dtype = "float64"')
    called = subject.call("square_loss", thirds.y_hat, thirds.y, dtype="float64")
    loss = expect.tensor(called.value, "The result of square_loss")
    expect.dtype(loss, "float64", "square_loss of float64 arrays")
    with expect.given(thirds):
        expect_float64_digits(loss.exact(), mean_square(thirds.y_hat, thirds.y), "square_loss(yhat, y)")


PART = part("square_loss", ("square_loss",), globals(), MISCONCEPTIONS)
