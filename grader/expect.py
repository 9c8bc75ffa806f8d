"""Comparing a student's values with what they should be, and saying what differs.

Each function returns the thing it looked at, so that a check reads as a chain of expectations; each raises `Refuted`
(or `Unusable`, when the value is not even of the right kind).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from grader.claims import Case, Refuted, Unusable
from grader.subject import Array, Called, Tensor, Value
from grader.things import Drawings, Items, Iterated, Number, Panel, Text, Thing

RTOL = {
    # 2^-24 = 6e-8 is half a unit in the last place; sums of at most 1000 terms stay under 170 of them.
    "float32": 1e-5,
    # 2^-53 = 1e-16, likewise; any detour through float32 costs 6e-8 and is seen.
    "float64": 1e-12,
}
MAX_SHOWN = 24
"""Elements of an array that are printed in full; longer ones are abbreviated."""


def show(value: Any, *, exact: bool = False, edge: int = 0) -> str:
    """A value as a person would write it: small arrays in full and aligned, whole numbers without a trailing point.

    exact: with every digit, where seven would do otherwise. edge: of a long array, show this many rows at either end.
    """
    if isinstance(value, (bool, np.bool_, str, int, np.integer)) or value is None:
        return str(value)
    if isinstance(value, (float, np.number)):
        return _number(float(value), exact)
    array = np.asarray(value, dtype=np.float64)
    if array.size > MAX_SHOWN and not edge:
        return f"an array of shape {array.shape} beginning with {show(array.reshape(-1)[:3], exact=exact)}"
    written = np.array2string(
        array,
        separator=", ",
        formatter={"float_kind": lambda number: _number(float(number), exact)},
        max_line_width=100,
        threshold=0 if edge else MAX_SHOWN,
        edgeitems=edge or MAX_SHOWN,
    )
    return re.sub(r"\n+", "\n", written)


def _number(number: float, exact: bool) -> str:
    number += 0.0  # nobody writes -0
    if number.is_integer() and abs(number) < 1e9:
        return str(int(number))
    return repr(number) if exact else f"{number:.7g}"


def _show_both(got: Any, expected: Any) -> tuple[str, str]:
    """Two values that differ, with as many digits as it takes to see it."""
    first, second = show(got), show(expected)
    return (first, second) if first != second else (show(got, exact=True), show(expected, exact=True))


@contextmanager
def given(case: Case) -> Iterator[None]:
    """What is refuted inside was computed from this case, and not from the one that the check was given."""
    try:
        yield
    except Refuted as fault:
        fault.example = fault.example or str(case)
        raise


def tensor(value: Value | Thing, what: str) -> Tensor:
    """The value is an NDArray."""
    if not isinstance(value, Tensor):
        raise Unusable(f"{what} must be an NDArray.", got=value.kind, expected="an NDArray")
    return value


def shape(found: Tensor, expected: tuple[int, ...], what: str) -> Tensor:
    """The array has exactly this shape."""
    if found.shape != expected:
        raise Refuted(f"{what} has the wrong shape.", got=f"shape {found.shape}", expected=f"shape {expected}")
    return found


def values(
    found: Tensor | Array, expected: Array, what: str, *, scale: Array | float | None = None, dtype: str = "float32"
) -> None:
    """Every element is right within rounding.

    found, expected: arrays of one shape. scale: magnitude of the terms that were added up to each element, to which
    the rounding error is proportional; the magnitude of the expected values by default.
    """
    got = found.exact() if isinstance(found, Tensor) else found
    if got.shape != expected.shape:
        raise Refuted(f"{what} has the wrong shape.", got=f"shape {got.shape}", expected=f"shape {expected.shape}")
    allowed = RTOL[dtype] * np.maximum(np.abs(expected), 0.0 if scale is None else scale)
    with np.errstate(invalid="ignore", over="ignore"):
        wrong = ~(np.abs(got - expected) <= allowed)
    if not wrong.any():
        return
    if got.size <= MAX_SHOWN:
        shown = _show_both(got, expected)
        raise Refuted(f"{what} has the wrong values.", got=shown[0], expected=shown[1])
    first = tuple(int(i) for i in np.argwhere(wrong)[0])
    shown = _show_both(got[first], expected[first])
    raise Refuted(
        f"{what} is wrong in {int(wrong.sum())} of {got.size} elements, first at {list(first)}.",
        got=shown[0],
        expected=shown[1],
    )


def unchanged(changed: tuple[int, ...], names: tuple[str, ...]) -> None:
    """None of the arguments was written to."""
    if changed:
        which = " and ".join(names[i] for i in changed)
        raise Refuted(f"The contents of {which} changed during the call.")


def new_result(called: Called, function: str) -> None:
    """The result of the call before is still what it was."""
    if called.overwrote:
        raise Refuted(
            f"This call of {function} changed what the call before had returned.",
            got="one array for both results",
            expected="a new array from each call",
        )


def device(found: Tensor, expected: str, what: str) -> None:
    """The array lives on this device."""
    if found.device != expected:
        raise Refuted(f"{what} is on the wrong device.", got=found.device, expected=expected)


def dtype(found: Tensor, expected: str, what: str) -> None:
    """The array has this dtype."""
    if found.dtype != expected:
        raise Refuted(f"{what} has the wrong dtype.", got=found.dtype, expected=expected)


# What comes back of a play.


def number(value: Thing, what: str) -> float:
    """The value is a number, Python's or numpy's."""
    if not isinstance(value, Number):
        raise Unusable(f"{what} must be a number.", got=value.kind, expected="a number")
    return float(value.value)


def text(value: Thing, what: str) -> str:
    """The value is a string."""
    if not isinstance(value, Text):
        raise Unusable(f"{what} must be a string.", got=value.kind, expected="a string")
    return value.value


def items(value: Thing, what: str, length: int | None = None) -> tuple[Thing, ...]:
    """The value is a list or a tuple, of this length where one is given."""
    if not isinstance(value, Items) or value.sort == "set" or (length is not None and len(value.items) != length):
        wanted = "a list or a tuple" if length is None else f"a list or a tuple of {length}"
        raise Unusable(f"{what} must be {wanted}.", got=value.kind, expected=wanted)
    return value.items


def iterated(value: Thing, what: str) -> tuple[Thing, ...]:
    """The iteration came to its end by itself."""
    if not isinstance(value, Iterated):
        raise Unusable(f"{what} must be something to iterate over.", got=value.kind)
    if value.endless:
        raise Unusable(f"{what} may never end.", got=f"more than {len(value.items)} items", expected="an end")
    return value.items


def panels(value: Thing, count: int, what: str) -> tuple[Panel, ...]:
    """One figure was shown, with this many panels."""
    figures = value.figures if isinstance(value, Drawings) else ()
    found = [len(figure.panels) for figure in figures]
    if found != [count]:
        shown = f"{len(found)} figures" + (f" with {', '.join(map(str, found))} panels" if found else "")
        raise Unusable(f"{what} must show one figure with {count} panels.", got=shown, expected=f"{count} panels")
    return figures[0].panels
