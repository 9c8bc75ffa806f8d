"""What is true of safe_loss(y_hat, y): half the squared error, in the shape of y_hat, or no answer at all."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from grader import expect
from grader.checks.exercises.cases import labelled, misfits
from grader.checks.exercises.misconceptions.safe_loss import MISCONCEPTIONS
from grader.claims import Refuted, claim, part
from grader.elsewhere import expect_float64_digits
from grader.strategies import LossCase, extreme_predictions_and_labels
from grader.subject import ELSEWHERE, Array, Raised, Subject, Tensor


def losses(y_hat: Array, y: Array) -> Array:
    """(y_hat - y)^2 / 2: y_hat (n, 1) and n labels in any shape give (n, 1)."""
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2


def _result(subject: Subject, case: LossCase) -> Tensor:
    return expect.tensor(subject.call("safe_loss", case.y_hat, case.y).value, "The result of safe_loss")


@claim(
    points=1,
    given=labelled(("column",), columns=True),
    also=extreme_predictions_and_labels,
    hint="Prediction 3, label 1: the error is 2, its square 4, and the loss half of that.",
    examples=12,
)
def safe_loss_is_half_the_squared_error(subject: Subject, case: LossCase) -> None:
    """For labels (n, 1) the loss of each example is (y_hat - y)^2 / 2, for large and small errors alike."""
    found = _result(subject, case)
    wanted = losses(case.y_hat, case.y)
    scale = (np.abs(case.y_hat) + np.abs(case.y)) ** 2 / 2
    if found.values.size != wanted.size:
        raise Refuted(
            "There must be one loss per example.", got=expect.show(found.exact()), expected=expect.show(wanted)
        )
    expect.values(found.exact().reshape(wanted.shape), wanted, "safe_loss(y_hat, y)", scale=scale)


@claim(
    points=2,
    given=labelled(("flat", "row", "column")),
    hint="(n, 1) minus (n,) is (n, n), and so is (n, 1) minus (1, n). Give y the shape of y_hat before you subtract.",
    examples=15,
)
def safe_loss_pairs_each_prediction_with_its_label(subject: Subject, case: LossCase) -> None:
    """Labels of shape (n,), (n, 1) and (1, n) all give the n losses of the n pairs, in the shape of y_hat, (n, 1)."""
    found = _result(subject, case)
    expect.shape(found, case.y_hat.shape, "safe_loss(y_hat, y)")
    as_column = _result(subject, LossCase(case.y_hat, case.y.reshape(-1, 1)))
    if not np.allclose(found.exact(), as_column.exact().reshape(found.shape), rtol=1e-5, atol=1e-6):
        raise Refuted(
            f"Labels of shape {case.y.shape} do not give the losses that labels of shape {case.y_hat.shape} give.",
            got=expect.show(found.exact()),
            expected=expect.show(as_column.exact()),
        )


@claim(
    points=1,
    given=misfits(),
    hint="Count before you subtract: y.size is the number of entries. raise ValueError(...) with a helpful sentence.",
    examples=15,
)
def safe_loss_refuses_labels_that_do_not_fit(subject: Subject, case: LossCase) -> None:
    """With another number of labels than predictions safe_loss raises ValueError, whatever broadcasting allows."""
    try:
        value = subject.call("safe_loss", case.y_hat, case.y).value
    except Raised as fault:
        if fault.type_name == "ValueError":
            return
        raise
    raise Refuted(
        f"{case.y_hat.size} predictions and {case.y.size} labels: this must not go through.",
        got=expect.show(value.exact()) if isinstance(value, Tensor) else value.kind,
        expected="ValueError",
    )


@claim(
    points=1,
    given=labelled(("column",)),
    hint="Autograd follows NDArray operators only, and nothing made anew from numbers or through detach().",
    examples=10,
)
def safe_loss_has_gradient_y_hat_minus_y(subject: Subject, case: LossCase) -> None:
    """The gradient of the summed losses with respect to y_hat is y_hat - y."""
    found = subject.gradients("safe_loss", case.y_hat, case.y, head=np.ones_like(case.y_hat))
    loss = expect.tensor(found.value, "The result of safe_loss")
    if loss.values.size == case.y_hat.size and not np.allclose(
        loss.exact().reshape(case.y_hat.shape), losses(case.y_hat, case.y)
    ):
        return  # wrong losses have a check of their own
    if loss.shape != case.y_hat.shape:
        # The shape has a check of its own.
        found = subject.gradients("safe_loss", case.y_hat, case.y, head=np.ones(loss.shape))
    if found.gradients is None:
        raise Refuted(
            "The result is not connected to y_hat: autograd cannot take its gradient.",
            got="no gradient",
            expected=f"the gradient {expect.show(case.y_hat - case.y)}",
        )
    expect.values(
        found.gradients[0], case.y_hat - case.y, "The gradient of the summed losses with respect to y_hat", scale=8.0
    )


@claim(
    points=1,
    given=st.just(LossCase(np.array([[1.0], [2.5], [-3.0]]), np.array([2.0, 0.5, 1.0]))),
    hint="Arrays made without ctx=... land on the default CPU, and without dtype=... they are float32. +=, -= and **= "
    "write into the array they are given, and so does what writes into its reshape.",
    examples=1,
)
def safe_loss_follows_its_arguments(subject: Subject, case: LossCase) -> None:
    """The losses have the dtype of y_hat and y and live where they live, and both are as they were."""
    called = subject.call("safe_loss", case.y_hat, case.y, device=ELSEWHERE, strict=True)
    expect.device(expect.tensor(called.value, "The result of safe_loss"), ELSEWHERE, "safe_loss(y_hat, y)")
    expect.unchanged(called.changed, ("y_hat", "y"))
    thirds = LossCase(case.y_hat / 3, case.y / 7, note='dtype = "float64"')
    found = expect.tensor(subject.call("safe_loss", thirds.y_hat, thirds.y, dtype="float64").value, "The result")
    expect.dtype(found, "float64", "safe_loss of float64 arrays")
    with expect.given(thirds):
        expect_float64_digits(found.exact(), losses(thirds.y_hat, thirds.y), "safe_loss(y_hat, y)")


PART = part("safe_loss", ("safe_loss",), globals(), MISCONCEPTIONS)
