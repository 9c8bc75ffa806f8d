"""Mistakes in descend(features, labels, w, b, lr, num_steps)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from grader.checks.exercises.cases import DescentCase
from grader.checks.exercises.misconceptions.models import away, gives, is_a, nothing, rewrites
from grader.diagnosis import Misconception, Observation, Verdict
from grader.misconceptions import WRONG_ARGUMENTS, Model, raises
from grader.subject import Array

Gradient = Callable[[Array, Array, Array], Array]


def gradient(A: Array, y: Array, theta: Array) -> Array:
    """Of the mean of (A theta - y)^2 / 2."""
    return A.T @ (A @ theta - y) / len(A)


def path(
    case: DescentCase, slope: Gradient = gradient, *, start: Array | None = None
) -> tuple[list[float], list[Array]]:
    """The losses and the parameters (w, then b) before the first step and after each."""
    A = np.hstack([case.features, np.ones((len(case.features), 1))])
    y = case.labels.reshape(-1)
    theta = np.concatenate([case.w.reshape(-1), case.b.reshape(-1)]) if start is None else start
    thetas = [theta]
    for _ in range(case.num_steps):
        theta = theta - case.lr * slope(A, y, theta)
        thetas.append(theta)
    return [float(np.mean((A @ one - y) ** 2) / 2) for one in thetas], thetas


def _losses(case: DescentCase) -> list[float]:
    return path(case)[0]


def _w(case: DescentCase) -> Array:
    return path(case)[1][-1][:-1]


def _walks(slope: Gradient) -> Model:
    """The steps follow another gradient, and the losses are those of where they lead."""
    losses = gives("losses", lambda case: path(case, slope)[0], instead_of=_losses)
    w = gives("w", lambda case: path(case, slope)[1][-1][:-1], instead_of=_w)
    return _both(losses, w)


def _reports(change: Callable[[list[float]], object]) -> Model:
    """The steps are right, and the losses are told otherwise."""
    return _both(gives("losses", lambda case: change(_losses(case)), instead_of=_losses), gives("w", _w, instead_of=_w))


def _both(one: Model, other: Model) -> Model:
    def model(seen: Observation) -> Verdict:
        verdicts = one(seen), other(seen)
        return False if False in verdicts else (True if True in verdicts else None)

    return model


def _stays(seen: Observation) -> Verdict:
    """w does not move at all, while it should."""
    return gives("w", lambda case: case.w, instead_of=_w)(seen)


def _matrix(A: Array, y: Array, theta: Array) -> Array:
    """Every prediction against every label, averaged over n^2."""
    averaged: Array = A.T @ (A @ theta - y.mean()) / len(A)
    return averaged


def _matrix_loss(case: DescentCase) -> list[float]:
    A = np.hstack([case.features, np.ones((len(case.features), 1))])
    y = case.labels.reshape(-1)
    return [float(np.mean((A @ theta - y[:, None].T.T) ** 2) / 2) for theta in path(case, _matrix)[1]]


def _broadcasts(seen: Observation) -> Verdict:
    """Labels (n,) against predictions (n, 1); nothing is wrong with columns."""
    if seen.script is None:
        return None
    case = seen.script.about
    if case.labels.ndim == 2:
        return _both(gives("losses", _losses, instead_of=_losses), gives("w", _w, instead_of=_w))(seen)
    return gives("w", lambda one: path(one, _matrix)[1][-1][:-1], instead_of=_w)(seen)


def _not_from_zero(seen: Observation) -> Verdict:
    """All is well but where w begins at zero."""
    if seen.script is None or seen.device != "cpu(0)":
        return None
    right = _both(gives("losses", _losses, instead_of=_losses), gives("w", _w, instead_of=_w))(seen)
    case = seen.script.about
    if np.any(case.w):
        return right
    return True if right is False else None


MISCONCEPTIONS = (
    Misconception(
        "sum_not_mean",
        "The step follows the sum over the examples and not the mean.",
        "What does backward do with a loss that has many entries, and what is the loss of this exercise?",
        _walks(lambda A, y, theta: len(A) * gradient(A, y, theta)),
    ),
    Misconception(
        "step_without_half",
        "The step is twice as long: the half is missing in the loss that is differentiated.",
        "Compare the loss that backward sees with the formula.",
        _walks(lambda A, y, theta: 2 * gradient(A, y, theta)),
    ),
    Misconception(
        "climbs",
        "The step goes along the gradient, uphill.",
        "The gradient points to where the loss grows.",
        _walks(lambda A, y, theta: -gradient(A, y, theta)),
    ),
    Misconception(
        "divided_twice",
        "The mean gradient is divided by the number of examples once more.",
        "How often is the sum divided by n, if the loss is a mean already?",
        _walks(lambda A, y, theta: gradient(A, y, theta) / len(A)),
    ),
    Misconception(
        "bias_stands_still",
        "The bias is not learned.",
        "How many parameters does the model have?",
        _walks(lambda A, y, theta: np.append(gradient(A, y, theta)[:-1], 0.0)),
    ),
    Misconception(
        "weights_stand_still",
        "Only the bias is learned.",
        "How many parameters does the model have?",
        _walks(lambda A, y, theta: np.append(np.zeros(len(theta) - 1), gradient(A, y, theta)[-1])),
    ),
    Misconception(
        "losses_without_half",
        "The losses that are returned are not halved.",
        "One example with prediction 3 and label 1 has loss 2.",
        _reports(lambda losses: [2 * loss for loss in losses]),
    ),
    Misconception(
        "first_loss_missing",
        "The loss before the first step is missing.",
        "With num_steps = 1 there are two losses: before and after.",
        _reports(lambda losses: losses[1:]),
    ),
    Misconception(
        "last_loss_missing",
        "The loss after the last step is missing.",
        "With num_steps = 1 there are two losses: before and after.",
        _reports(lambda losses: losses[:-1]),
    ),
    Misconception(
        "only_the_last_loss",
        "Only the last loss is returned.",
        "Keep all of them, in a list.",
        _reports(lambda losses: losses[-1:]),
    ),
    Misconception(
        "w_left_alone",
        "The caller's w does not change: the new values are in another array.",
        "w = w - ... gives the name w to a new array. How do you write into the old one?",
        _stays,
    ),
    Misconception(
        "flat_labels_broadcast",
        "Labels of shape (n,) meet every prediction: (n, 1) minus (n,) is (n, n).",
        "Print the shape of the error for both kinds of labels.",
        _broadcasts,
    ),
    Misconception(
        "something_else_from_zero",
        "Where w is zero, something else happens than elsewhere.",
        "Look for what your code does with w before the first step, or divides by.",
        _not_from_zero,
    ),
    Misconception(
        "writes_into_features",
        "The features are changed.",
        "Which line writes into features?",
        rewrites(("features", lambda case: case.features)),
    ),
    Misconception(
        "writes_into_labels",
        "The labels are changed.",
        "Which line writes into labels?",
        rewrites(("labels", lambda case: case.labels)),
    ),
    Misconception(
        "nothing_returned", "Nothing is returned.", "The losses still have to be handed back.", nothing("losses")
    ),
    Misconception(
        "losses_as_an_array",
        "The losses are an array and not a list of numbers.",
        "asscalar() makes a Python number of an array with one entry.",
        is_a("losses", "an NDArray", "a numpy array"),
    ),
    Misconception(
        "own_device",
        "Something is made on the default device instead of the device of features.",
        "A plain Python number needs no device; an array does. Which array do you make?",
        away("w", "b"),
    ),
    Misconception(
        "no_gradient_attached",
        "w and b have no gradients attached.",
        "What has to be called on w and b before autograd fills in their gradients?",
        raises(r"NoneType|gradient|computational graph"),
        broad=True,
    ),
    Misconception(
        "wrong_arguments",
        "The function does not take the arguments that it is called with.",
        "Compare the first line of your function with the one in the notebook.",
        WRONG_ARGUMENTS,
    ),
)
