"""Mistakes in SGD(params, lr)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from grader.checks.iterators_and_contexts.cases import UpdateCase
from grader.diagnosis import Misconception, Observation, Verdict
from grader.misconceptions import WRONG_ARGUMENTS, Model, compare, played, same
from grader.subject import HOME, Array, Raised, StudentFault, Tensor
from grader.things import Nothing, Truth


def _case(one: Observation) -> UpdateCase | None:
    about = one.script.about if one.script is not None else None
    return about if isinstance(about, UpdateCase) else None


def _joined(arrays: list[Array]) -> Array:
    return np.concatenate([array.reshape(-1) for array in arrays])


def _found(one: Observation, name: str) -> Array | None:
    case = _case(one)
    if case is None or one.device != HOME:
        return None
    arrays = [played(one, f"{name}{i}") for i in range(len(case.params))]
    known = [array.exact() for array in arrays if isinstance(array, Tensor)]
    return _joined(known) if len(known) == len(arrays) else None


def _right(case: UpdateCase) -> Array:
    return _joined([p - case.lr * g for p, g in zip(case.params, case.grads, strict=True)])


def _each(mistaken: Callable[[Array, Array, float], Array]) -> Model:
    """After the call every parameter is `mistaken(param, grad, lr)`."""

    def model(one: Observation) -> Verdict:
        case, found = _case(one), _found(one, "param")
        if case is None or found is None:
            return None
        wrong = _joined([mistaken(p, g, case.lr) for p, g in zip(case.params, case.grads, strict=True)])
        return compare(found, wrong, _right(case))

    return model


def _first_only(one: Observation) -> Verdict:
    case, found = _case(one), _found(one, "param")
    if case is None or found is None:
        return None
    wrong = [case.params[0] - case.lr * case.grads[0], *case.params[1:]]
    return compare(found, _joined(wrong), _right(case))


def _divided(one: Observation) -> Verdict:
    """Every parameter takes the same share of its step, a third or less."""
    case, found = _case(one), _found(one, "param")
    if case is None or found is None or same(found, _right(case)):
        return None
    start, step = _joined(list(case.params)), _right(case) - _joined(list(case.params))
    shares = (found - start) / step
    share = float(np.median(shares))
    return 0.001 < share < 0.51 and bool(np.all(np.abs(shares - share) <= 1e-3 * share + 1e-5 * np.abs(start / step)))


def _replaced(one: Observation) -> Verdict:
    case = _case(one)
    if case is None:
        return None
    same_objects = [played(one, f"same{i}") for i in range(len(case.params))]
    return None if None in same_objects else Truth(False) in same_objects


def _unmoved(one: Observation) -> Verdict:
    case, found = _case(one), _found(one, "param")
    if case is None or found is None:
        return None
    return compare(found, _joined(list(case.params)), _right(case))


def _buffers(test: Callable[[UpdateCase, Array], bool]) -> Model:
    def model(one: Observation) -> Verdict:
        case, found = _case(one), _found(one, "grad")
        if case is None or found is None:
            return None
        return None if same(found, _joined(list(case.grads))) else test(case, found)

    return model


def _gone(one: Observation) -> Verdict:
    return None if _case(one) is None else isinstance(played(one, "grad0"), Nothing)


def _own_device(one: Observation) -> Verdict:
    if one.device == HOME:
        return False if isinstance(one.answer, StudentFault) else None
    return isinstance(one.answer, Raised) or None


def _float32(one: Observation) -> Verdict:
    found = played(one, "param0")
    return None if one.dtype != "float64" or not isinstance(found, Tensor) else found.dtype == "float32"


MISCONCEPTIONS = (
    Misconception(
        "divided_once_more",
        "The gradient is divided by something.",
        "The loss is a mean, so its gradient is one already. What does your division turn it into?",
        _divided,
    ),
    Misconception(
        "climbs",
        "The step goes along the gradient, not against it.",
        "The gradient points to where the loss grows.",
        _each(lambda p, g, lr: p + lr * g),
    ),
    Misconception(
        "lr_ignored",
        "The step is the whole gradient, whatever lr is.",
        "Does lr turn up in your function?",
        _each(lambda p, g, lr: p - g),
    ),
    Misconception(
        "only_the_step",
        "The parameters become the step itself.",
        "p - lr * g: what is the step subtracted from?",
        _each(lambda p, g, lr: -lr * g),
    ),
    Misconception(
        "first_parameter_only",
        "Only the first parameter moves.",
        "When does your loop end?",
        _first_only,
    ),
    Misconception(
        "name_rebound",
        "The caller's arrays are as before: only a name inside of SGD has new values.",
        "param = ... gives a name to another array. param[:] = ... writes into this one.",
        _unmoved,
    ),
    Misconception(
        "list_elements_replaced",
        "The list holds other arrays after the call.",
        "The caller knows w and b by their own names, not through your list. What do these still hold?",
        _replaced,
    ),
    Misconception(
        "gradients_cleared",
        "The gradients are zero after the call.",
        "The next backward() overwrites them anyway. Whoever wants to look at them now finds nothing.",
        _buffers(lambda case, found: not np.any(found)),
    ),
    Misconception(
        "gradients_scaled",
        "The gradients are multiplied by lr in place.",
        "param.grad *= ... writes into what backward() left there. Compute a new array.",
        _buffers(lambda case, found: same(found, case.lr * _joined(list(case.grads)))),
    ),
    Misconception(
        "buffers_gone",
        "The gradient buffers are gone.",
        "Which of your lines makes a new array of a parameter, or detaches it?",
        _gone,
    ),
    Misconception(
        "own_device",
        "Something is made on the default device instead of that of the parameters.",
        "A Python number works on every device. An array made of it lives on one.",
        _own_device,
    ),
    Misconception(
        "always_float32",
        "float64 parameters become float32.",
        "Which array is made, or cast, with a dtype of its own?",
        _float32,
    ),
    Misconception(
        "wrong_arguments",
        "The function does not take the arguments that it is called with.",
        "SGD takes the parameters and lr, and no batch size.",
        WRONG_ARGUMENTS,
    ),
)
