"""Mistakes in sgd(params, lr, batch_size): param <- param - lr * grad / batch_size, in place."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from grader.diagnosis import Misconception, Observation, Verdict
from grader.misconceptions import (
    FLOAT32_MEETS_FLOAT64,
    IN_PLACE_WHILE_RECORDING,
    WRONG_ARGUMENTS,
    Model,
    becomes_float32,
    compare,
    leaves_the_device,
    loses_digits,
    raises,
    same,
)
from grader.subject import HOME, Array, Step

All = Callable[[Sequence[Array], Sequence[Array], float, int], Sequence[Array]]
One = Callable[[Array, Array, float, int], Array]


def _joined(arrays: Sequence[Array]) -> Array:
    return np.concatenate([np.asarray(array, np.float64).reshape(-1) for array in arrays])


def _right(params: Sequence[Array], grads: Sequence[Array], lr: float, batch_size: int) -> list[Array]:
    return [param - lr * grad / batch_size for param, grad in zip(params, grads, strict=True)]


def _found(one: Observation) -> Array | None:
    if not isinstance(one.answer, Step) or one.device != HOME:
        return None
    return _joined([param.exact() for param in one.answer.params])


def _ends_at(mistaken: All) -> Model:
    """After the call the caller's parameters are `mistaken(params, grads, lr, batch_size)`."""

    def model(one: Observation) -> Verdict:
        found = _found(one)
        if found is None:
            return None
        request = one.inputs, one.grads, one.lr, one.batch_size
        return compare(found, _joined(mistaken(*request)), _joined(_right(*request)))

    return model


def _each(mistaken: One) -> Model:
    """As `_ends_at`, for a mistake that is the same for every parameter."""
    return _ends_at(
        lambda params, grads, lr, batch_size: [
            mistaken(param, grad, lr, batch_size) for param, grad in zip(params, grads, strict=True)
        ]
    )


def _exact(one: Observation) -> Array:
    return _joined(_right(one.inputs, one.grads, one.lr, one.batch_size))


def _unmoved(*, replaced: bool) -> Model:
    """The caller's arrays keep their values, and the list does or does not get new elements."""

    def model(one: Observation) -> Verdict:
        found = _found(one)
        if found is None or not isinstance(one.answer, Step):
            return None
        if bool(one.answer.replaced) is not replaced:
            return False
        return compare(found, _joined(one.inputs), _exact(one))

    return model


def _moved_and_replaced(one: Observation) -> Verdict:
    found = _found(one)
    if found is None or not isinstance(one.answer, Step):
        return None
    return bool(one.answer.replaced) and same(found, _exact(one))


LIMITS = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 50.0, 100.0, 1000.0)
"""At which gradients are usually cut off."""


def _clipped(one: Observation) -> Verdict:
    """The gradient that a step was made with is the given one, or its mean, cut off at a size that people choose."""
    found = _found(one)
    if found is None or same(found, _exact(one)):
        return None
    params, given, m = _joined(one.inputs), _joined(one.grads), one.batch_size
    cut = [np.clip(given, -limit, limit) / m for limit in LIMITS] + [
        np.clip(given / m, -limit, limit) for limit in LIMITS
    ]
    return any(same(found, params - one.lr * grad) for grad in cut)


def _decays(one: Observation) -> Verdict:
    """Beside the step, every parameter loses the same share of itself."""
    found = _found(one)
    if found is None:
        return None
    params, lost = _joined(one.inputs), _exact(one) - found
    if same(found, _exact(one)):
        return None
    known = np.abs(params) > 0.1
    if np.count_nonzero(known) < 2:
        return None
    share = float(np.median(lost[known] / params[known]))
    rounding = 2e-7 * (np.abs(params) + np.abs(_joined(one.grads)) * one.lr / one.batch_size)
    return 1e-6 < abs(share) < 0.5 and bool(
        np.all(np.abs(lost - share * params) <= 0.02 * np.abs(share * params) + rounding)
    )


def _buffers(mistaken: Callable[[Array | None, Array, Observation], Verdict]) -> Model:
    """What is left in every gradient buffer, compared with what was in it."""

    def model(one: Observation) -> Verdict:
        if not isinstance(one.answer, Step):
            return None
        verdicts = {mistaken(left, grad, one) for left, grad in zip(one.answer.grads, one.grads, strict=True)}
        return False if False in verdicts else True if True in verdicts else None

    return model


def _is_gone(left: Array | None, grad: Array, one: Observation) -> Verdict:
    return left is None


def _is_zero(left: Array | None, grad: Array, one: Observation) -> Verdict:
    return None if not np.any(grad) else left is not None and not np.any(left)


def _is_divided(left: Array | None, grad: Array, one: Observation) -> Verdict:
    return False if left is None else compare(left, grad / one.batch_size, grad)


def _is_scaled(left: Array | None, grad: Array, one: Observation) -> Verdict:
    return False if left is None else compare(left, grad * one.lr / one.batch_size, grad)


def _dead_but_full(one: Observation) -> Verdict:
    if not isinstance(one.answer, Step):
        return None
    return len(one.answer.live) < len(one.inputs)


MISCONCEPTIONS = (
    Misconception(
        "no_division",
        "The gradient is not divided by batch_size.",
        "backward() adds up the gradients of the examples. With twice as many of them, what becomes of your step?",
        _each(lambda p, g, lr, m: p - lr * g),
    ),
    Misconception(
        "divided_twice",
        "The gradient is divided by batch_size twice.",
        "Count the divisions: one turns the sum over the batch into a mean.",
        _each(lambda p, g, lr, m: p - lr * g / m**2),
    ),
    Misconception(
        "divided_by_root",
        "The gradient is divided by the square root of batch_size.",
        "The mean of m numbers is their sum divided by what?",
        _each(lambda p, g, lr, m: p - lr * g / np.sqrt(m)),
    ),
    Misconception(
        "multiplied_by_batch_size",
        "The gradient is multiplied by batch_size.",
        "The gradient is a sum over the batch. Does the mean grow or shrink with batch_size?",
        _each(lambda p, g, lr, m: p - lr * g * m),
    ),
    Misconception(
        "divided_by_ten",
        "The gradient is divided by 10 whatever batch_size is.",
        "The notebook's batches have ten examples; other callers have other batches. Use what you are given.",
        _each(lambda p, g, lr, m: p - lr * g / 10),
    ),
    Misconception(
        "divided_by_rows",
        "The gradient is divided by its own number of rows.",
        "A gradient has the shape of its parameter: its rows are features, not examples.",
        _each(lambda p, g, lr, m: p - lr * g / len(g)),
    ),
    Misconception(
        "divided_by_number_of_parameters",
        "The gradient is divided by the number of parameters.",
        "What is averaged: the parameters of the list, or the examples of the batch?",
        _ends_at(
            lambda params, grads, lr, m: [p - lr * g / len(params) for p, g in zip(params, grads, strict=True)],
        ),
    ),
    Misconception(
        "whole_number_division",
        "The division by batch_size gives a whole number, zero for every batch of more than one.",
        "// and / are different operators.",
        _each(lambda p, g, lr, m: p - lr * (1 // m) * g),
    ),
    Misconception(
        "uphill",
        "The step goes along the gradient.",
        "The gradient points to where the loss grows.",
        _each(lambda p, g, lr, m: p + lr * g / m),
    ),
    Misconception(
        "uphill_without_division",
        "The step goes along the gradient, and is not divided by batch_size.",
        "The gradient points to where the loss grows, and it is a sum over the batch.",
        _each(lambda p, g, lr, m: p + lr * g),
    ),
    Misconception(
        "no_lr",
        "The learning rate is not used.",
        "With lr = 0 nothing must move.",
        _each(lambda p, g, lr, m: p - g / m),
    ),
    Misconception(
        "lr_and_batch_size_swapped",
        "lr and batch_size have changed places.",
        "Which of the two makes the step longer when it grows?",
        _each(lambda p, g, lr, m: p - m * g / lr),
    ),
    Misconception(
        "lr_divided",
        "The gradient is divided by the learning rate.",
        "With lr = 0 nothing must move; with a larger lr the step is longer.",
        _each(lambda p, g, lr, m: p - g / (lr * m)),
    ),
    Misconception(
        "sign_only",
        "Only the sign of the gradient counts.",
        "Where the loss is steeper, the step is longer.",
        _each(lambda p, g, lr, m: p - lr * np.sign(g)),
    ),
    Misconception(
        "sign_only_divided",
        "Only the sign of the gradient counts, divided by batch_size.",
        "Where the loss is steeper, the step is longer.",
        _each(lambda p, g, lr, m: p - lr * np.sign(g) / m),
    ),
    Misconception(
        "notebook_lr",
        "The learning rate is always 0.03.",
        "That is the notebook's rate; other callers have others. Use what you are given.",
        _each(lambda p, g, lr, m: p - 0.03 * g / m),
    ),
    Misconception(
        "squared_gradient",
        "The gradient is squared.",
        "Which power of the gradient stands in the formula?",
        _each(lambda p, g, lr, m: p - lr * g**2 / m),
    ),
    Misconception(
        "mean_of_the_entries",
        "All entries of a parameter move by the mean of its gradient's entries.",
        "The mean is over the examples of the batch, which are added up in the gradient already. Every entry of a "
        "parameter has a gradient of its own.",
        _each(lambda p, g, lr, m: p - lr * np.full_like(g, np.mean(g))),
    ),
    Misconception(
        "only_the_gradient_left",
        "The parameter is replaced by its step.",
        "Where does the step start from?",
        _each(lambda p, g, lr, m: -lr * g / m),
    ),
    Misconception(
        "first_parameter_only",
        "Only the first parameter of the list is updated.",
        "Where does the function end: inside its loop?",
        _ends_at(
            lambda params, grads, lr, m: [_right(params, grads, lr, m)[0], *params[1:]],
        ),
    ),
    Misconception(
        "last_parameter_only",
        "Only the last parameter of the list is updated.",
        "Which lines belong to the loop?",
        _ends_at(
            lambda params, grads, lr, m: [*params[:-1], _right(params, grads, lr, m)[-1]],
        ),
    ),
    Misconception(
        "clipped",
        "Large gradients are cut off.",
        "That is a useful trick elsewhere; here the step is the plain formula, whatever its size.",
        _clipped,
    ),
    Misconception(
        "weight_decay",
        "The parameters are also pulled towards zero.",
        "Weight decay is a later chapter. Which term of your step has no gradient in it?",
        _decays,
    ),
    Misconception(
        "not_in_place",
        "The new values never reach the caller's arrays.",
        "After param = param - ..., whose array does the name param stand for?",
        _unmoved(replaced=False),
    ),
    Misconception(
        "list_gets_new_arrays",
        "The list is given new arrays; the caller's own keep their old values.",
        "params[i] = ... puts another array into the list. w and b of the training loop are not in it any more.",
        _unmoved(replaced=True),
    ),
    Misconception(
        "copies_put_into_the_list",
        "The caller's arrays are updated, but after that the list does not hold them in their places any more.",
        "params[i] = ... puts another array into the list. Write into the array that is there.",
        _moved_and_replaced,
    ),
    Misconception(
        "gradient_zeroed",
        "The gradient is zero after the step.",
        "Is it set to zero, or attach_grad() called once more? Neither is needed: the next backward() overwrites it.",
        _buffers(_is_zero),
    ),
    Misconception(
        "gradient_gone",
        "The parameter has lost its gradient.",
        "Which line replaces the parameter, or detaches it?",
        _buffers(_is_gone),
    ),
    Misconception(
        "gradient_divided_in_place",
        "The gradient itself is divided by batch_size.",
        "param.grad /= ... writes into the gradient. Compute the step without changing it.",
        _buffers(_is_divided),
    ),
    Misconception(
        "gradient_scaled_in_place",
        "The gradient itself is turned into the step.",
        "param.grad *= ... writes into the gradient. Compute the step without changing it.",
        _buffers(_is_scaled),
    ),
    Misconception(
        "cut_from_autograd",
        "After the step, autograd does not know a parameter any more.",
        "Is the step itself recorded, or attach_grad() called again?",
        _dead_but_full,
    ),
    Misconception(
        "always_float32",
        "float64 parameters come out as float32.",
        "Which array is made, or cast, with a dtype of its own?",
        becomes_float32,
    ),
    Misconception(
        "through_float32",
        "On the way the numbers are rounded to float32.",
        "An array made without dtype=... is float32. Plain Python numbers need no array at all.",
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
        "Something is made on cpu(0) instead of where its parameter lives.",
        "lr and batch_size are plain numbers; they need no array, and no device.",
        leaves_the_device,
    ),
    Misconception(
        "exactly_two_parameters",
        "The function takes a list of exactly two parameters.",
        "A loop over params works for any number of them.",
        raises(r"ValueError: (?:not enough|too many) values to unpack|IndexError: list index out of range"),
    ),
    Misconception(
        "step_recorded",
        "The step is recorded by autograd, which does not allow writing to its variables.",
        "The gradients are there already when sgd is called. What is left to record?",
        IN_PLACE_WHILE_RECORDING,
    ),
    Misconception(
        "wrong_arguments",
        "The function does not take the arguments that it is called with.",
        "Compare the first line of your function with the one that the notebook came with: which arguments, in which "
        "order?",
        WRONG_ARGUMENTS,
    ),
    Misconception(
        "gluon_parameters",
        "The parameters are taken for gluon's: NDArrays have no data() or list_data().",
        "What the list holds are NDArrays themselves; their gradient is param.grad.",
        raises(r"AttributeError: 'NDArray' object has no attribute '(?:data|list_data|list_grad|grad_req|set_data)'"),
    ),
    Misconception(
        "grad_called",
        "The gradient is called like a function.",
        "param.grad is an array; only gluon's parameters have grad().",
        raises(r"TypeError: 'NDArray' object is not callable"),
    ),
)
