"""Mistakes in squared_loss(y_hat, y) = (y_hat - y)^2 / 2."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from grader.diagnosis import Misconception, Observation
from grader.misconceptions import (
    FLOAT32_MEETS_FLOAT64,
    IN_PLACE_WHILE_RECORDING,
    UNFIT_SHAPES,
    WRONG_ARGUMENTS,
    Model,
    becomes_float32,
    computes,
    cuts_off,
    cuts_the_graph,
    leaves_the_device,
    loses_digits,
    overwrites,
    raises,
    returns,
    shaped,
    writes_into,
)
from grader.subject import Array


def _error(y_hat: Array, y: Array) -> Array:
    return y_hat - y.reshape(y_hat.shape)


def _right(y_hat: Array, y: Array) -> Array:
    return _error(y_hat, y) ** 2 / 2


def _of_error(mistaken: Callable[[Array], Array]) -> Model:
    """A mistake that is a function of the error alone."""
    return computes(lambda y_hat, y: mistaken(_error(y_hat, y)), instead_of=_right)


def _in_shape(mistaken: Callable[[Array, Array], tuple[int, ...]]) -> Model:
    return shaped(mistaken, instead_of=lambda y_hat, y: y_hat.shape, right=_right)


def _exact(one: Observation) -> Array:
    y_hat, y = one.inputs
    return _right(y_hat, y)


MISCONCEPTIONS = (
    Misconception(
        "no_half",
        "The square of the error is not halved.",
        "Compare the formula with your code for prediction 3 and label 1.",
        _of_error(lambda e: e**2),
    ),
    Misconception(
        "half_before_square",
        "The error is halved before it is squared.",
        "For an error of 2: half of its square, or the square of its half?",
        _of_error(lambda e: (e / 2) ** 2),
    ),
    Misconception(
        "doubled",
        "The square is multiplied by 2 instead of divided.",
        "For an error of 2 the loss is 2.",
        _of_error(lambda e: 2 * e**2),
    ),
    Misconception(
        "absolute_error",
        "The loss is the absolute error.",
        "An error of 4 should cost sixteen times as much as an error of 1.",
        _of_error(np.abs),
    ),
    Misconception(
        "half_absolute_error",
        "The loss is half the absolute error.",
        "An error of 4 should cost sixteen times as much as an error of 1.",
        _of_error(lambda e: np.abs(e) / 2),
    ),
    Misconception(
        "error_not_squared",
        "The error is never squared.",
        "Can the loss be negative?",
        _of_error(lambda e: e / 2),
    ),
    Misconception(
        "plain_error",
        "The result is the error itself.",
        "Can the loss be negative? What does the formula do with the error?",
        _of_error(lambda e: e),
    ),
    Misconception(
        "cubed",
        "The error is cubed.",
        "Which power does the formula have? x * x and x ** 2 are the same.",
        _of_error(lambda e: e**3 / 2),
    ),
    Misconception(
        "negative",
        "The loss has the wrong sign.",
        "The further off the prediction, the larger the loss must be. Where does the minus sign come from?",
        _of_error(lambda e: -(e**2) / 2),
    ),
    Misconception(
        "mean_of_batch",
        "The losses are averaged over the batch.",
        "The function returns the loss of each example. Who averages them in this course's training loop?",
        _of_error(lambda e: np.mean(e**2 / 2)),
    ),
    Misconception(
        "mean_of_squares",
        "The squares are averaged over the batch, and not halved.",
        "The function returns half the square for each example. Who averages them in this course's training loop?",
        _of_error(lambda e: np.mean(e**2)),
    ),
    Misconception(
        "sum_of_batch",
        "The losses are added up over the batch.",
        "The function returns the loss of each example; backward() adds them up by itself.",
        _of_error(lambda e: np.sum(e**2 / 2)),
    ),
    Misconception(
        "sum_of_squares",
        "The squares are added up over the batch, and not halved.",
        "The function returns half the square for each example; backward() adds them up by itself.",
        _of_error(lambda e: np.sum(e**2)),
    ),
    Misconception(
        "divided_by_batch",
        "Each loss is divided by the number of examples.",
        "The step of sgd divides by batch_size already: once is enough.",
        _of_error(lambda e: e**2 / 2 / len(e)),
    ),
    Misconception(
        "root",
        "A root is taken of the squares.",
        "The root of a square is the absolute value. Is there a root in the formula?",
        _of_error(lambda e: np.sqrt(e**2 / 2)),
    ),
    Misconception(
        "broadcast_to_matrix",
        "Every prediction meets every label: (n, 1) minus (n,) is (n, n).",
        "Print (y_hat - y).shape. What shape must y have, so that each prediction meets its own label?",
        computes(lambda y_hat, y: (y_hat - y) ** 2 / 2, instead_of=_right),
    ),
    Misconception(
        "added",
        "Prediction and label are added.",
        "When the prediction is perfect, what must the loss be?",
        computes(lambda y_hat, y: (y_hat + y.reshape(y_hat.shape)) ** 2 / 2, instead_of=_right),
    ),
    Misconception(
        "difference_of_squares",
        "Prediction and label are squared before they are subtracted.",
        "For prediction 3 and label 1: the square of the difference, or the difference of the squares?",
        computes(lambda y_hat, y: (y_hat**2 - y.reshape(y_hat.shape) ** 2) / 2, instead_of=_right),
    ),
    Misconception(
        "flat_losses",
        "The losses come as a flat array of shape (n,).",
        "Which of the two arguments gives the result its shape?",
        _in_shape(lambda y_hat, y: (y_hat.size,)),
    ),
    Misconception(
        "shape_of_y",
        "The losses have the shape of y.",
        "Which of the two was reshaped to the other? The result should look like y_hat.",
        _in_shape(lambda y_hat, y: y.shape),
    ),
    Misconception(
        "losses_as_a_row",
        "The losses come as a row of shape (1, n).",
        "Which of the two arguments gives the result its shape?",
        _in_shape(lambda y_hat, y: (1, y_hat.size)),
    ),
    Misconception(
        "result_not_returned",
        "Nothing is returned.",
        "A function that computes a value still has to hand it back.",
        returns("None"),
    ),
    Misconception(
        "numpy_losses",
        "The result is a numpy array.",
        "autograd can only follow NDArray operators. Where do you leave NDArray?",
        returns("a numpy array"),
    ),
    Misconception(
        "one_number",
        "The result is a number, not an array.",
        "There is one loss for each example. What turns an NDArray into a number?",
        returns("a float", "an integer", "a numpy float32", "a numpy float64"),
    ),
    Misconception(
        "cut_from_autograd",
        "The loss is computed where autograd cannot follow.",
        "Look for detach(), asnumpy(), or a new array made from old values, between y_hat and the result.",
        cuts_the_graph,
    ),
    Misconception(
        "always_float32",
        "The result is float32 whatever comes in.",
        "Which array is made, or cast, with a dtype of its own?",
        becomes_float32,
    ),
    Misconception(
        "through_float32",
        "The result is float64, but on the way the numbers were rounded to float32.",
        "An array made without dtype=... is float32. Casting back does not bring the digits back.",
        loses_digits(_exact),
    ),
    Misconception(
        "float32_meets_float64",
        "An array that is always float32 meets arguments that are float64.",
        "Which array do you make on the way? Without dtype=... it is float32; a plain Python number has no dtype.",
        FLOAT32_MEETS_FLOAT64,
    ),
    Misconception(
        "own_device",
        "Something is made on cpu(0) instead of where y_hat lives.",
        "A plain Python number needs no device; an array does. Which array do you make?",
        leaves_the_device,
    ),
    Misconception(
        "writes_into_y_hat",
        "The predictions are changed in place.",
        "y_hat -= ... writes into the caller's y_hat. Compute a new array.",
        writes_into(0),
    ),
    Misconception(
        "writes_into_y",
        "The labels are changed in place.",
        "y -= ... and y[:] = ... write into the caller's y. Compute a new array.",
        writes_into(1),
    ),
    Misconception(
        "no_new_array",
        "The result is no new array, and the next call overwrites it.",
        "Two results of two calls: are they still different when both are there?",
        overwrites,
        broad=True,
    ),
    Misconception(
        "shapes_do_not_fit",
        "The shapes of y_hat and y do not fit.",
        "y may come as (n,) or as (n, 1). What makes both look like y_hat?",
        raises(rf"{UNFIT_SHAPES}|MXNetError: .*Reshape"),
        broad=True,
    ),
    Misconception(
        "y_hat_cut_from_autograd",
        "No gradient reaches y_hat: it is cut off from autograd.",
        "Is y_hat used as it came, or as a copy: through detach(), asnumpy() or a new array?",
        cuts_off(0, right=lambda head, y_hat, y: _error(y_hat, y), value_of=_right),
    ),
    Misconception(
        "in_place_while_recording",
        "An array is written to while autograd records.",
        "-=, *= and x[:] = ... change an array that autograd may still need. Compute a new one.",
        IN_PLACE_WHILE_RECORDING,
        broad=True,
    ),
    Misconception(
        "wrong_arguments",
        "The function does not take the arguments that it is called with.",
        "Compare the first line of your function with the one that the notebook came with: which arguments, in which "
        "order?",
        WRONG_ARGUMENTS,
    ),
)
