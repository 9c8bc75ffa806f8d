"""Models that catalogues of misconceptions are built from: what a mistaken function would have answered.

Each function here makes the `model` of a `Misconception` (see `grader.diagnosis` for what a model says). A model
looks at one side of an answer only (its numbers, its shape, its dtype, its device, what it wrote to), so that two
mistakes on different sides are both found.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from grader.diagnosis import Observation, Verdict
from grader.play import Played
from grader.subject import (
    HOME,
    Array,
    Batches,
    Called,
    Gradients,
    NotAnArray,
    Raised,
    Step,
    StudentFault,
    Tensor,
    Value,
)
from grader.things import Items, Number, NumpyArray, Thing

Model = Callable[[Observation], Verdict]
CLOSE = 1e-4
"""Relative error below which two answers are the same: far above float32's rounding, far below any mistake."""


def value(one: Observation) -> Value | None:
    """What a call returned, None where it did not return or is no call."""
    return one.answer.value if isinstance(one.answer, (Called, Gradients)) else None


def played(one: Observation, name: str) -> Thing | None:
    """What came back of the step that a play's script calls so; None if it did not end, or has no such name."""
    if not isinstance(one.answer, Played) or one.script is None or name not in one.script.names:
        return None
    return one.answer[one.script.names[name]]


def gives(name: str, mistaken: Callable[[Any], Any], *, instead_of: Callable[[Any], Any]) -> Model:
    """The step of a play that is called `name` gives the numbers of `mistaken(about)`.

    Both are computed from what the play's script is about; None says that there is nothing to compare.
    """

    def model(one: Observation) -> Verdict:
        found = numbers(played(one, name))
        if found is None or one.script is None or one.device != HOME:
            return None
        wrong, right = mistaken(one.script.about), instead_of(one.script.about)
        if wrong is None or right is None:
            return None
        return compare(found, np.asarray(wrong, np.float64), np.asarray(right, np.float64))

    return model


def numbers(thing: Thing | None) -> Array | None:
    """A number, an array, or a list of these, as one flat array; None for anything else."""
    match thing:
        case Tensor() | NumpyArray():
            return thing.exact().reshape(-1)
        case Number():
            return np.array([thing.value], np.float64)
        case Items(items=items):
            parts = [numbers(item) for item in items]
            known = [part for part in parts if part is not None]
            return np.concatenate([np.zeros(0), *known]) if len(known) == len(parts) else None
    return None


def same(found: Array, expected: Array) -> bool:
    """Whether two arrays hold the same numbers in the same order, whatever their shapes."""
    if found.size != expected.size:
        return False
    flat = expected.reshape(-1)
    allowed = CLOSE * np.abs(flat) + 0.01 * CLOSE * np.max(np.abs(flat), initial=0)
    return bool(np.all(np.abs(found.reshape(-1) - flat) <= allowed))


def compare(found: Array, mistaken: Array, right: Array) -> Verdict:
    """The verdict on numbers: None where the mistake makes no difference."""
    if same(mistaken, right):
        return None if same(found, right) else False
    return same(found, mistaken)


def computes(mistaken: Callable[..., Array], *, instead_of: Callable[..., Array]) -> Model:
    """The function returns the numbers of `mistaken(*inputs)`."""

    def model(one: Observation) -> Verdict:
        found = value(one)
        if not isinstance(found, Tensor) or one.device != HOME:
            return None
        return compare(found.exact(), np.asarray(mistaken(*one.inputs)), instead_of(*one.inputs))

    return model


def shaped(
    mistaken: Callable[..., tuple[int, ...]], *, instead_of: Callable[..., tuple[int, ...]], right: Callable[..., Array]
) -> Model:
    """The function returns the right numbers in the shape `mistaken(*inputs)`."""

    def model(one: Observation) -> Verdict:
        found = value(one)
        if not isinstance(found, Tensor) or one.device != HOME:
            return None
        if not same(found.exact(), right(*one.inputs)):
            return False
        wrong, wanted = mistaken(*one.inputs), instead_of(*one.inputs)
        if wrong == wanted:
            return None if found.shape == wanted else False
        return found.shape == wrong

    return model


def returns(*kinds: str) -> Model:
    """The function returns something that is no NDArray, of one of these kinds (as in `NotAnArray.kind`)."""

    def model(one: Observation) -> Verdict:
        found = value(one)
        if found is None or one.device != HOME:
            return None
        return isinstance(found, NotAnArray) and found.kind in kinds

    return model


def raises(pattern: str) -> Model:
    """The function raises an exception of which `Type: message` has this pattern in it, and never another."""

    def model(one: Observation) -> Verdict:
        if not isinstance(one.answer, StudentFault) or one.device != HOME:
            return None
        fault = one.answer
        return isinstance(fault, Raised) and bool(re.search(pattern, f"{fault.type_name}: {fault.message}"))

    return model


def leaves_the_device(one: Observation) -> Verdict:
    """Away from the default device it fails or ends up elsewhere, while at home all is well."""
    if one.device == HOME:
        return False if isinstance(one.answer, StudentFault) else None
    if isinstance(one.answer, StudentFault):
        return isinstance(one.answer, Raised)
    return any(tensor.device != one.device for tensor in tensors(one)) or None


def becomes_float32(one: Observation) -> Verdict:
    """float64 goes in and float32 comes out."""
    found = tensors(one)
    if one.dtype != "float64" or not found:
        return None
    return any(tensor.dtype == "float32" for tensor in found)


def loses_digits(right: Callable[[Observation], Array]) -> Model:
    """float64 comes out, with the digits of a lesser type: right to float32's rounding and no further."""

    def model(one: Observation) -> Verdict:
        found = tensors(one)
        if one.dtype != "float64" or not found:
            return None
        if any(tensor.dtype != "float64" for tensor in found):
            return False
        got, wanted = np.concatenate([tensor.exact().reshape(-1) for tensor in found]), right(one).reshape(-1)
        if got.size != wanted.size or not same(got, wanted):
            return False
        scale = max(1e-300, float(np.max(np.abs(wanted), initial=0)))
        error = float(np.max(np.abs(got - wanted), initial=0)) / scale
        # More than float32 loses is another mistake, a factor that is not quite 1 for instance.
        return None if error == 0 else 1e-11 < error < 1e-5

    return model


def tensors(one: Observation) -> list[Tensor]:
    """Every array in an answer."""
    match one.answer:
        case Called(value=Tensor() as only) | Gradients(value=Tensor() as only):
            return [only]
        case Step(params=params):
            return list(params)
        case Batches(passes=passes):
            pairs = [batch.pair for batches in passes for batch in batches if batch.pair is not None]
            return [array for pair in pairs for array in pair if isinstance(array, Tensor)]
        case _:
            return []


def writes_into(*positions: int) -> Model:
    """It changes the contents of exactly these arguments (where writing makes a difference)."""

    def model(one: Observation) -> Verdict:
        if not isinstance(one.answer, (Called, Batches)) or not one.answer.changed:
            return None
        return set(one.answer.changed) <= set(positions)

    return model


def overwrites(one: Observation) -> Verdict:
    """What it has handed out before does not keep its contents."""
    return True if isinstance(one.answer, (Called, Batches)) and one.answer.overwrote else None


def cuts_the_graph(one: Observation) -> Verdict:
    """Autograd cannot follow how the result was computed, from any of the arguments."""
    if not isinstance(one.answer, Gradients) or not isinstance(one.answer.value, Tensor):
        return None
    if one.answer.gradients is None:
        return None if one.answer.on_graph else True
    return False if any(np.any(gradient) for gradient in one.answer.gradients) else None


def cuts_off(position: int, *, right: Callable[..., Array], value_of: Callable[..., Array]) -> Model:
    """Right numbers, `value_of(*inputs)`, but one argument receives no gradient: it should, `right(head, *inputs)`."""

    def model(one: Observation) -> Verdict:
        found = value(one)
        if isinstance(found, Tensor) and not same(found.exact(), value_of(*one.inputs)):
            return False  # a wrong value has a wrong gradient: that is another mistake
        if not isinstance(one.answer, Gradients) or one.answer.gradients is None:
            return None
        if np.any(one.answer.gradients[position]):
            return False
        return True if np.any(right(*one.grads, *one.inputs)) else None

    return model


UNFIT_SHAPES = r"MXNetError: .*(?:shape error|broadcast together|L\[!Ta\]|expected \[|inconsistent|matrix dimensions)"
SHAPES_DO_NOT_FIT = raises(UNFIT_SHAPES)
FLOAT32_MEETS_FLOAT64 = raises("Incompatible attr .*expected (?:float64, got float32|float32, got float64)")
IN_PLACE_WHILE_RECORDING = raises("Assigning to NDArrays that are already in a computational graph|Inplace operations")
WRONG_ARGUMENTS = raises(r"TypeError: .*(?:positional argument|unexpected keyword argument)")
