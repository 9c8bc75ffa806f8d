"""Mistakes in train_step(data, label, w, b, lr)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from grader.checks.iterators_and_contexts import loop
from grader.checks.iterators_and_contexts.cases import TrainCase
from grader.diagnosis import Misconception, Observation, Verdict
from grader.misconceptions import WRONG_ARGUMENTS, Model, compare, gives, numbers, played, raises, same
from grader.subject import HOME, Array, Raised, StudentFault, Tensor


def _theta(case: TrainCase) -> Array:
    return loop.theta_of(case.w, case.b)


def _end(case: TrainCase) -> Array:
    theta = _theta(case)
    for data, label in case.batches:
        theta = loop.step(theta, data, label, case.lr)
    return theta


def _ends(mistaken: Callable[[TrainCase], Array | None]) -> Model:
    """w and b end at `mistaken(case)`."""

    def model(one: Observation) -> Verdict:
        w, b = numbers(played(one, "w")), numbers(played(one, "b"))
        case = one.script.about if one.script is not None else None
        if w is None or b is None or not isinstance(case, TrainCase) or one.device != HOME:
            return None
        wrong = mistaken(case)
        return None if wrong is None else compare(np.concatenate([w, b]), wrong, _end(case))

    return model


def _without_bias(case: TrainCase) -> Array:
    theta = _theta(case)
    for data, label in case.batches:
        theta = np.append(loop.step(theta, data, label, case.lr)[:-1], theta[-1])
    return theta


def _broadcast(case: TrainCase) -> Array | None:
    """Predictions (m, 1) less labels (m,) are an (m, m) table: every prediction is drawn to the mean of the labels."""
    if case.label[0].ndim != 1:
        return None
    theta = _theta(case)
    for data, label in case.batches:
        theta = loop.step(theta, data, np.full(len(label), label.mean()), case.lr)
    return theta


def _first_loss(case: TrainCase) -> float:
    return loop.loss(_theta(case), *case.batches[0])


def _loss_after(case: TrainCase) -> float:
    data, label = case.batches[0]
    return loop.loss(loop.step(_theta(case), data, label, case.lr), data, label)


def _array(one: Observation) -> Verdict:
    found = played(one, "loss")
    return None if found is None else isinstance(found, Tensor)


def _not_moved(one: Observation) -> Verdict:
    """The data are on one device and the parameters on another, and it fails or nothing is trained."""
    if one.device == HOME:
        return False if isinstance(one.answer, StudentFault) else None
    return (isinstance(one.answer, Raised) and "same context" in one.answer.message) or None


def _momentum(one: Observation) -> Verdict:
    """A first step is right, and a second one is not."""
    w, b = numbers(played(one, "w")), numbers(played(one, "b"))
    case = one.script.about if one.script is not None else None
    if w is None or b is None or not isinstance(case, TrainCase) or one.device != HOME:
        return None
    end = np.concatenate([w, b])
    if same(end, _end(case)):
        return None
    if len(case.data) == 1:
        return False
    return any(same(end, _with_momentum(case, share)) for share in (0.5, 0.9))


def _with_momentum(case: TrainCase, share: float) -> Array:
    theta = _theta(case)
    velocity = np.zeros_like(theta)
    for data, label in case.batches:
        velocity = share * velocity + loop.step(theta, data, label, case.lr) - theta
        theta = theta + velocity
    return theta


MISCONCEPTIONS = (
    Misconception(
        "loss_after_the_step",
        "The loss returned is that of the new parameters.",
        "Which parameters was the loss computed with whose gradient you took?",
        gives("loss", lambda case: [_loss_after(case)], instead_of=lambda case: [_first_loss(case)]),
    ),
    Misconception(
        "loss_not_read_out",
        "The loss is returned as an NDArray.",
        "asscalar() makes a number of an array with one element.",
        _array,
    ),
    Misconception(
        "bias_left_out",
        "Only w takes a step.",
        "Which parameters are handed to SGD?",
        _ends(_without_bias),
    ),
    Misconception(
        "labels_left_flat",
        "Labels of shape (m,) meet predictions of shape (m, 1).",
        "Print the shape of their difference. Which of your functions makes a column of labels?",
        _ends(_broadcast),
    ),
    Misconception(
        "no_step",
        "The parameters do not move.",
        "Without backward(), what is in the gradients? And is SGD called at all?",
        _ends(_theta),
    ),
    Misconception(
        "batch_not_moved",
        "The batch is used where it is, not where the parameters are.",
        "w.context says where the model lives.",
        _not_moved,
    ),
    Misconception(
        "momentum",
        "Something of the last step goes into the next.",
        "Does anything outlive a call of train_step?",
        _momentum,
    ),
    Misconception(
        "not_recorded",
        "backward() is called on a loss that autograd has not recorded.",
        "What has to happen inside of `with autograd.record():`?",
        raises("not in a computational graph"),
    ),
    Misconception(
        "wrong_arguments",
        "A function does not take the arguments that it is called with.",
        "Compare the first lines of your functions with those in the notebook.",
        WRONG_ARGUMENTS,
    ),
)
