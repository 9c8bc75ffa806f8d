"""Models of mistakes in functions that are played rather than called: lists of numbers, numbers, drawings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from grader.diagnosis import Observation, Verdict
from grader.misconceptions import CLOSE, Model, played
from grader.subject import HOME, Array, NotAnArray, StudentFault, Tensor
from grader.things import Items, Nothing, Number, NumpyArray, Thing


def numbers(thing: Thing | None) -> Array | None:
    """The numbers in an answer, however they are nested; None if anything else is in it."""
    match thing:
        case Tensor() | NumpyArray():
            return thing.exact().reshape(-1)
        case Number():
            return np.array([float(thing.value)])
        case Items():
            parts = [numbers(item) for item in thing.items]
            known = [part for part in parts if part is not None]
            return np.concatenate([np.zeros(0), *known]) if len(known) == len(parts) else None
    return None


def gives(
    name: str,
    mistaken: Callable[[Any], object],
    *,
    instead_of: Callable[[Any], object],
    part: int | None = None,
    digits: float = CLOSE,
) -> Model:
    """What a script calls `name` holds the numbers of `mistaken(case)`; with `part`, its item of that number does.

    digits: relative error below which two answers are the same.
    """

    def model(one: Observation) -> Verdict:
        thing = played(one, name)
        if part is not None and isinstance(thing, Items) and part < len(thing.items):
            thing = thing.items[part]
        found = numbers(thing)
        if found is None or one.device != HOME or one.script is None:
            return None
        case = one.script.about
        wrong, right = _flat(mistaken(case)), _flat(instead_of(case))
        if _same(wrong, right, digits):
            return None if _same(found, right, digits) else False
        return _same(found, wrong, digits)

    return model


def _same(found: Array, expected: Array, digits: float) -> bool:
    """As `grader.misconceptions.same`, with digits of our own."""
    if found.size != expected.size:
        return False
    allowed = digits * np.abs(expected) + 0.01 * digits * np.max(np.abs(expected), initial=0)
    return bool(np.all(np.abs(found - expected) <= allowed))


def _flat(values: object) -> Array:
    return np.asarray(values, np.float64).reshape(-1)


def is_a(name: str, *kinds: str) -> Model:
    """What a script calls `name` is of one of these kinds, in the words of `Thing.kind`, or begins so."""

    def model(one: Observation) -> Verdict:
        thing = played(one, name)
        if thing is None or one.device != HOME:
            return None
        return thing.kind.startswith(kinds)

    return model


def nothing(name: str) -> Model:
    """What a script calls `name` is None."""

    def model(one: Observation) -> Verdict:
        thing = played(one, name)
        return (
            None
            if thing is None or one.device != HOME
            else isinstance(thing, (Nothing, NotAnArray)) and (thing.kind == "None")
        )

    return model


def away(*names: str) -> Model:
    """On another device it fails, or what it makes ends up elsewhere; at home all is well."""

    def model(one: Observation) -> Verdict:
        if one.device == HOME:
            return False if isinstance(one.answer, StudentFault) else None
        if isinstance(one.answer, StudentFault):
            return True
        found = [thing for thing in (played(one, name) for name in names) if isinstance(thing, Tensor)]
        return any(tensor.device != one.device for tensor in found) or None

    return model


def rewrites(*arguments: tuple[str, Callable[[Any], Array]]) -> Model:
    """These arguments, by the names of later looks at them, do not hold what they held."""

    def model(one: Observation) -> Verdict:
        if one.script is None or one.device != HOME:
            return None
        verdicts = []
        for name, before in arguments:
            thing = played(one, name)
            if isinstance(thing, Tensor):
                kept = before(one.script.about).astype(thing.values.dtype)
                verdicts.append(not np.array_equal(thing.values, kept.reshape(thing.shape)))
        return all(verdicts) if verdicts and any(verdicts) else None

    return model
