"""Mistakes in square_loss(yhat, y), the mean of (yhat - y)^2."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from grader.diagnosis import Misconception, Observation, Verdict
from grader.misconceptions import (
    IN_PLACE_WHILE_RECORDING,
    WRONG_ARGUMENTS,
    Model,
    becomes_float32,
    compare,
    computes,
    cuts_the_graph,
    leaves_the_device,
    returns,
    shaped,
    writes_into,
)
from grader.subject import HOME, Array, Gradients


def _right(yhat: Array, y: Array) -> Array:
    return np.array([np.mean((yhat - y) ** 2)])


def _instead(mistaken: Callable[[Array, Array], Array]) -> Model:
    return computes(mistaken, instead_of=_right)


def _half_the_gradient(one: Observation) -> Verdict:
    if not isinstance(one.answer, Gradients) or one.answer.gradients is None or one.device != HOME:
        return None
    yhat, y = one.inputs
    right = 2 * (yhat - y) / yhat.size
    return compare(one.answer.gradients[0], right / 2, right)


MISCONCEPTIONS = (
    Misconception(
        "sum_instead_of_mean",
        "The squares are added up, not averaged.",
        "With twice as many examples of the same kind, what should become of the loss?",
        _instead(lambda yhat, y: np.array([np.sum((yhat - y) ** 2)])),
    ),
    Misconception(
        "half_of_it",
        "The loss is half of what it should be.",
        "The first assignment has a half in its loss. Is there one in this formula?",
        _instead(lambda yhat, y: _right(yhat, y) / 2),
    ),
    Misconception(
        "no_reduction",
        "There is a square for each example, instead of their mean.",
        "What kind of thing is a mean: one number, or one for each example?",
        _instead(lambda yhat, y: (yhat - y) ** 2),
    ),
    Misconception(
        "absolute_value",
        "Absolute values are averaged, not squares.",
        "An error of 3 counts as 9.",
        _instead(lambda yhat, y: np.array([np.mean(np.abs(yhat - y))])),
    ),
    Misconception(
        "root_taken",
        "The root of the mean is taken.",
        "Look at the formula again: what comes after the mean?",
        _instead(lambda yhat, y: np.sqrt(_right(yhat, y))),
    ),
    Misconception(
        "mean_squared_instead",
        "The mean of the differences is squared.",
        "Errors of 1 and -1: is the loss 0?",
        _instead(lambda yhat, y: np.array([np.mean(yhat - y) ** 2])),
    ),
    Misconception(
        "another_shape",
        "The number is right, and its array has too many dimensions.",
        "The mean over everything has the shape (1,). What adds a dimension?",
        shaped(lambda yhat, y: (1, 1), instead_of=lambda yhat, y: (1,), right=_right),
    ),
    Misconception(
        "number_instead_of_array",
        "The result is a number, not an NDArray.",
        "backward() is called on the result. What has that method?",
        returns("a float", "a numpy float32", "a numpy float64"),
    ),
    Misconception(
        "result_not_returned",
        "Nothing is returned.",
        "A function that computes a value still has to hand it back.",
        returns("None"),
    ),
    Misconception(
        "cut_from_autograd",
        "The loss is computed where autograd cannot follow.",
        "Look for detach(), asnumpy(), or a new array made from old values.",
        cuts_the_graph,
    ),
    Misconception(
        "half_the_gradient",
        "The loss is right, and its gradient is half of what it should be.",
        "Both factors of a square depend on yhat. Is one of them detached?",
        _half_the_gradient,
    ),
    Misconception(
        "always_float32",
        "The result is float32 whatever comes in.",
        "Which array is made, or cast, with a dtype of its own?",
        becomes_float32,
    ),
    Misconception(
        "own_device",
        "Something is made on the default device instead of that of yhat.",
        "Everything you create needs a context: which one do the arguments have?",
        leaves_the_device,
    ),
    Misconception(
        "writes_into_the_arguments",
        "An argument is changed in place.",
        "yhat -= y writes into the caller's array. Compute a new one.",
        writes_into(0, 1),
    ),
    Misconception(
        "in_place_while_recording",
        "An array is written to while autograd records.",
        "+=, -= and x[:] = ... change an array that autograd may still need. Compute a new one.",
        IN_PLACE_WHILE_RECORDING,
    ),
    Misconception(
        "wrong_arguments",
        "The function does not take the arguments that it is called with.",
        "Compare the first line of your function with the one in the notebook.",
        WRONG_ARGUMENTS,
    ),
)
