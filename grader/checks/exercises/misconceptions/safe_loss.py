"""Mistakes in safe_loss(y_hat, y)."""

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
    cuts_off,
    cuts_the_graph,
    leaves_the_device,
    raises,
    returns,
    value,
    writes_into,
)
from grader.subject import HOME, Array, Raised, Tensor


def fits(one: Observation) -> bool:
    y_hat, y = one.inputs
    return y_hat.size == y.size


def _right(y_hat: Array, y: Array) -> Array:
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2


def _computes(mistaken: Callable[[Array, Array], Array]) -> Model:
    """The numbers are those of `mistaken(y_hat, y)`; about labels that do not fit it says nothing."""

    def model(one: Observation) -> Verdict:
        found = value(one)
        if not isinstance(found, Tensor) or one.device != HOME or not fits(one):
            return None
        return compare(found.exact(), np.asarray(mistaken(*one.inputs)), _right(*one.inputs))

    return model


def _shaped(mistaken: Callable[[Array, Array], tuple[int, ...]]) -> Model:
    def model(one: Observation) -> Verdict:
        found = value(one)
        if not isinstance(found, Tensor) or not fits(one):
            return None
        wrong, wanted = mistaken(*one.inputs), one.inputs[0].shape
        if wrong == wanted:
            return None if found.shape == wanted else False
        return found.shape == wrong

    return model


def _broadcasts(one: Observation) -> Verdict:
    """y_hat - y as they are; nothing is wrong with columns."""
    return _computes(lambda y_hat, y: (y_hat - y) ** 2 / 2)(one)


def _lets_through(one: Observation) -> Verdict:
    """Labels that do not fit give numbers."""
    return None if fits(one) else isinstance(value(one), Tensor) or None


def _another_error(one: Observation) -> Verdict:
    """Labels that do not fit raise something else than ValueError, and those that fit nothing."""
    if not isinstance(one.answer, Raised):
        return None
    return False if fits(one) else one.answer.type_name != "ValueError" or None


def _refuses_too_much(one: Observation) -> Verdict:
    """ValueError for as many labels as predictions."""
    return ((isinstance(one.answer, Raised) and one.answer.type_name == "ValueError") or None) if fits(one) else None


MISCONCEPTIONS = (
    Misconception(
        "no_half",
        "The square of the error is not halved.",
        "Compare the formula with your code for prediction 3 and label 1.",
        _computes(lambda y_hat, y: 2 * _right(y_hat, y)),
    ),
    Misconception(
        "half_before_square",
        "The error is halved before it is squared.",
        "For an error of 2: half of its square, or the square of its half?",
        _computes(lambda y_hat, y: _right(y_hat, y) / 2),
    ),
    Misconception(
        "absolute_error",
        "The loss is the absolute error.",
        "An error of 4 should cost sixteen times as much as an error of 1.",
        _computes(lambda y_hat, y: np.abs(y_hat - y.reshape(y_hat.shape))),
    ),
    Misconception(
        "huber",
        "Large errors cost less than half their square.",
        "The formula makes no difference between large and small errors.",
        _computes(
            lambda y_hat, y: np.where(
                np.abs(e := y_hat - y.reshape(y_hat.shape)) <= 100, e**2 / 2, 100 * (np.abs(e) - 50)
            )
        ),
    ),
    Misconception(
        "mean",
        "The losses are averaged.",
        "The function returns the loss of each example.",
        _computes(lambda y_hat, y: np.array(np.mean(_right(y_hat, y)))),
    ),
    Misconception(
        "sum",
        "The losses are added up.",
        "The function returns the loss of each example.",
        _computes(lambda y_hat, y: np.array(np.sum(_right(y_hat, y)))),
    ),
    Misconception(
        "broadcast",
        "Every prediction meets every label: the result is a matrix.",
        "Print (y_hat - y).shape for labels of each shape. What shape must y have?",
        _broadcasts,
    ),
    Misconception(
        "shape_of_y",
        "The losses have the shape of y.",
        "Which of the two was reshaped to the other? The result should look like y_hat.",
        _shaped(lambda y_hat, y: y.shape),
    ),
    Misconception(
        "flat",
        "The losses are flat, of shape (n,).",
        "Which of the two arguments gives the result its shape?",
        _shaped(lambda y_hat, y: (y_hat.size,)),
    ),
    Misconception(
        "lets_misfits_through",
        "Labels that do not fit are let through.",
        "One label for five predictions can be broadcast. Is it meant?",
        _lets_through,
        broad=True,
    ),
    Misconception(
        "another_error",
        "Labels that do not fit raise an error, but not a ValueError.",
        "Who notices first that they do not fit: you, or MXNet?",
        _another_error,
    ),
    Misconception(
        "refuses_too_much",
        "Labels that do fit are refused.",
        "y may come as (n,), (n, 1) or (1, n). What do these have in common?",
        _refuses_too_much,
    ),
    Misconception(
        "cut_from_autograd",
        "The loss is computed where autograd cannot follow.",
        "Look for detach(), asnumpy(), or a new array made from old values, between y_hat and the result.",
        cuts_the_graph,
    ),
    Misconception(
        "y_hat_cut_from_autograd",
        "y_hat is cut off from autograd.",
        "Is y_hat used as it came, or as a copy: through detach(), asnumpy() or a new array?",
        cuts_off(0, right=lambda head, y_hat, y: y_hat - y.reshape(y_hat.shape), value_of=_right),
    ),
    Misconception(
        "always_float32",
        "The losses are float32 whatever comes in.",
        "Which array is made, or cast, with a dtype of its own?",
        becomes_float32,
    ),
    Misconception(
        "own_device",
        "Something is made on the default device instead of that of y_hat.",
        "Everything you create needs a context: which one do the arguments have?",
        lambda one: leaves_the_device(one) if fits(one) else None,
    ),
    Misconception(
        "writes_into_the_arguments",
        "An argument is changed in place.",
        "-= and *= write into the caller's array, and into that of which it is a reshape. Compute a new one.",
        writes_into(0, 1),
    ),
    Misconception(
        "assigned_while_recording",
        "An array that autograd follows is written to while it records.",
        "-= and *= write into the array they are given. Compute a new one.",
        IN_PLACE_WHILE_RECORDING,
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
        "shapes_do_not_fit",
        "The shapes of y_hat and y do not fit.",
        "y may come as (n,), (n, 1) or (1, n). What makes all of them look like y_hat?",
        raises(r"MXNetError: .*(?:shape|incompatible|broadcast)"),
        broad=True,
    ),
    Misconception(
        "wrong_arguments",
        "The function does not take the arguments that it is called with.",
        "Compare the first line of your function with the one in the notebook.",
        WRONG_ARGUMENTS,
    ),
)
