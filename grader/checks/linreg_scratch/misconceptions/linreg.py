"""Mistakes in linreg(X, w, b) = Xw + b."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from grader.diagnosis import Misconception, Observation, Verdict
from grader.misconceptions import (
    FLOAT32_MEETS_FLOAT64,
    IN_PLACE_WHILE_RECORDING,
    SHAPES_DO_NOT_FIT,
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
from grader.subject import Array, StudentFault


def _right(X: Array, w: Array, b: Array) -> Array:
    return X @ w + b


def _instead(mistaken: Callable[[Array, Array, Array], Array]) -> Model:
    return computes(mistaken, instead_of=_right)


def _in_shape(mistaken: Callable[[int], tuple[int, ...]]) -> Model:
    return shaped(
        lambda X, w, b: mistaken(len(X)),
        instead_of=lambda X, w, b: (len(X), 1),
        right=_right,
    )


def _first_row(X: Array, w: Array, b: Array) -> Array:
    y_hat = X @ w
    y_hat[0] += b[0]
    return y_hat


def _two_features(one: Observation) -> Verdict:
    """With fewer features it fails, with more the others are left out."""
    if isinstance(one.answer, StudentFault):
        return one.inputs[0].shape[1] < 2 and raises("MXNetError|IndexError|ValueError")(one)
    return _instead(lambda X, w, b: X[:, :2] @ w[:2] + b)(one)


def _exact(one: Observation) -> Array:
    X, w, b = one.inputs
    return _right(X, w, b)


MISCONCEPTIONS = (
    Misconception(
        "no_bias",
        "The bias b is never added.",
        "What should come out when every weight is 0?",
        _instead(lambda X, w, b: X @ w),
    ),
    Misconception(
        "bias_subtracted",
        "The bias b is subtracted.",
        "Set w to 0 and b to 1: the prediction should be 1.",
        _instead(lambda X, w, b: X @ w - b),
    ),
    Misconception(
        "bias_added_to_features",
        "The bias is added to the features, before the product with w.",
        "With b inside the product, it is multiplied by the weights. Where does it stand in the formula?",
        _instead(lambda X, w, b: (X + b) @ w),
    ),
    Misconception(
        "bias_in_first_row_only",
        "The bias reaches only the first prediction.",
        "One b is shared by every example: broadcasting does that for you.",
        _instead(_first_row),
    ),
    Misconception(
        "bias_multiplied",
        "The bias multiplies the predictions.",
        "Compare the formula: what joins Xw and b?",
        _instead(lambda X, w, b: (X @ w) * b),
    ),
    Misconception(
        "no_sum_over_features",
        "The products of features and weights are not added up.",
        "Each example has one prediction, not one for each feature. Which operator multiplies and adds up?",
        _instead(lambda X, w, b: X * w.reshape(-1) + b),
    ),
    Misconception(
        "mean_over_features",
        "The products of features and weights are averaged instead of added up.",
        "Try two features of 1 with weights of 1: the product is 2.",
        _instead(lambda X, w, b: X @ w / X.shape[1] + b),
    ),
    Misconception(
        "everything_added_up",
        "All the predictions are added up into one.",
        "Which axis does the sum run over? Examples must stay apart.",
        _instead(lambda X, w, b: np.sum(X @ w + b)),
    ),
    Misconception(
        "everything_added_up_before_bias",
        "The products of all the examples are added up.",
        "Which axis does the sum run over? Examples must stay apart.",
        _instead(lambda X, w, b: np.sum(X @ w) + b),
    ),
    Misconception(
        "X_times_itself",
        "X is multiplied by itself, not by w.",
        "What do the weights do to the prediction?",
        _instead(lambda X, w, b: X @ X.T + b),
    ),
    Misconception(
        "two_features_only",
        "Only the first two features count.",
        "The notebook's data have two features; the function should not know that. What adds up any number of them?",
        _two_features,
    ),
    Misconception(
        "first_feature_only",
        "Only the first feature counts.",
        "Print the shapes of X and w: how many products belong to one prediction?",
        _instead(lambda X, w, b: X[:, :1] @ w[:1] + b),
    ),
    Misconception(
        "result_not_returned",
        "Nothing is returned.",
        "A function that computes a value still has to hand it back.",
        returns("None"),
    ),
    Misconception(
        "flat_predictions",
        "The predictions come as a flat array of shape (n,).",
        "X of shape (n, d) times w of shape (d, 1) is a column already. What flattens it?",
        _in_shape(lambda n: (n,)),
    ),
    Misconception(
        "predictions_as_a_row",
        "The predictions come as a row of shape (1, n).",
        "Which of X and w stands on the left in the product, and is either transposed?",
        _in_shape(lambda n: (1, n)),
    ),
    Misconception(
        "numpy_predictions",
        "The result is a numpy array.",
        "numpy and NDArray both have a dot. autograd can only follow one of them.",
        returns("a numpy array"),
    ),
    Misconception(
        "cut_from_autograd",
        "The prediction is computed where autograd cannot follow.",
        "Look for detach(), asnumpy(), or a new array made from old values, anywhere between X, w, b and the result.",
        cuts_the_graph,
    ),
    Misconception(
        "X_cut_from_autograd",
        "No gradient reaches X: it is cut off from autograd.",
        "Is X used as it came, or as a copy: through detach(), asnumpy() or a new array?",
        cuts_off(0, right=lambda head, X, w, b: head.reshape(-1, 1) @ w.T, value_of=_right),
    ),
    Misconception(
        "w_cut_from_autograd",
        "No gradient reaches w: it is cut off from autograd.",
        "Is w used as it came, or as a copy: through detach(), asnumpy() or a new array?",
        cuts_off(1, right=lambda head, X, w, b: X.T @ head.reshape(-1, 1), value_of=_right),
    ),
    Misconception(
        "b_cut_from_autograd",
        "No gradient reaches b: it is cut off from autograd.",
        "Is b used as it came, or read out as a Python number first, with asscalar() for instance?",
        cuts_off(2, right=lambda head, X, w, b: np.sum(head), value_of=_right),
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
        "Something is made on cpu(0) instead of where X lives.",
        "Everything you create needs a context: which one do the arguments have?",
        leaves_the_device,
    ),
    Misconception(
        "writes_into_b",
        "The bias is changed in place.",
        "b += ... writes into the caller's b. Compute a new array.",
        writes_into(2),
    ),
    Misconception(
        "writes_into_X",
        "The features are changed in place.",
        "X *= ... and X[:] = ... write into the caller's X. Compute a new array.",
        writes_into(0),
    ),
    Misconception(
        "writes_into_w",
        "The weights are changed in place.",
        "w *= ... and w[:] = ... write into the caller's w. Compute a new array.",
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
        "at_sign",
        "The operator @ is not defined for NDArrays.",
        "numpy and PyTorch know @. In mxnet.nd the product of matrices is a function: which?",
        raises(r"TypeError: unsupported operand type\(s\) for @"),
    ),
    Misconception(
        "shapes_do_not_fit",
        "The shapes of the two sides of a product do not fit.",
        "Print X.shape, w.shape and b.shape. In a matrix product the inner two lengths must be equal.",
        SHAPES_DO_NOT_FIT,
        broad=True,
    ),
    Misconception(
        "in_place_while_recording",
        "An array is written to while autograd records.",
        "+=, *= and x[:] = ... change an array that autograd may still need. Compute a new one.",
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
