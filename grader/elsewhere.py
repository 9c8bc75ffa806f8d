"""What is right in float32 on cpu(0) must be right in float64 and on another device too.

Each mistake is reported once: what is wrong everywhere is left to the checks that are about values and shapes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from grader.claims import Refuted
from grader.expect import RTOL, show
from grader.subject import HOME, Array, Gradients, Raised


def expect_float64_digits(found: Array, expected: Array, what: str, *, scale: Array | float | None = None) -> None:
    """No number is right to five digits and wrong in the digits that a detour through float32 loses.

    Numbers that are wrong altogether, or in another shape, are left to the checks that are about values and shapes.
    found, expected: float64 arrays. scale as in `expect.values`.
    """
    if found.size != expected.size:
        return
    got, wanted = found.reshape(-1), expected.reshape(-1)
    size = np.maximum(np.abs(wanted), 0.0 if scale is None else np.broadcast_to(scale, expected.shape).reshape(-1))
    with np.errstate(invalid="ignore"):
        off = np.abs(got - wanted)
        lost = (off > RTOL["float64"] * size) & (off <= RTOL["float32"] * size)
    if lost.any():
        first = int(np.argmax(lost))
        raise Refuted(
            f"{what} has the dtype float64 but only the digits of float32.",
            got=show(got[first], exact=True),
            expected=show(wanted[first], exact=True),
        )


def expect_as_right_as_at_home(
    found: Array, expected: Array, at_home: Callable[[], Array], what: str, where: str, *, scale: Array | float = 0.0
) -> None:
    """Numbers that are wrong here are wrong at home as well.

    at_home: what the same request gives in float32 on cpu(0); asked for only if `found` is wrong. where: completes
    "... is right in float32 on cpu(0), and wrong". scale as in `expect.values`.
    """
    if close(found, expected, scale=scale) or not close(at_home(), expected, scale=scale):
        return
    raise Refuted(
        f"{what} is right in float32 on {HOME}, and wrong {where}.",
        got=show(found),
        expected=show(expected),
    )


def expect_recorded_as_unrecorded(
    recorded: Array, expected: Array, unrecorded: Callable[[], Array], what: str, *, scale: Array | float = 0.0
) -> bool:
    """Whether the numbers are right while autograd records; where they are not, they are wrong without it as well.

    unrecorded: what the same request gives without recording, asked for only if `recorded` is wrong.
    """
    if close(recorded, expected, scale=scale):
        return True
    if close(unrecorded(), expected, scale=scale):
        raise Refuted(
            f"{what} is right as long as nothing is recorded, and wrong while autograd records.",
            got=show(recorded),
            expected=show(expected),
        )
    return False


def expect_gradients_as_at_home(
    here: Callable[[], Gradients],
    at_home: Callable[[], Gradients],
    expected: Sequence[tuple[Array, Array | float]],
    what: str,
    where: str,
) -> None:
    """Where autograd cannot follow here, fails to run or goes wrong, it does so at home as well.

    at_home: asked only if something is wrong here. expected: the gradients, with their scale as in `expect.values`,
    for the first arguments of `what`.
    """

    def right(found: Gradients) -> bool:
        given = found.gradients or ()
        return len(given) >= len(expected) and all(
            close(gradient, wanted, scale=scale) for gradient, (wanted, scale) in zip(given, expected, strict=False)
        )

    try:
        found = here()
    except Raised:
        if _raises(at_home):
            return
        raise
    if right(found) or _raises(at_home):
        return
    home = at_home()
    if found.gradients is None and home.gradients is not None:
        raise Refuted(
            f"Autograd can follow {what} in float32 on {HOME}, but not {where}.",
            got="no gradient",
            expected="the same gradients as there",
        )
    if right(home):
        raise Refuted(f"The gradients of {what} are right in float32 on the default device, and wrong {where}.")


def _raises(request: Callable[[], Gradients]) -> bool:
    try:
        request()
    except Raised:
        return True
    return False


def close(found: Array, expected: Array, *, scale: Array | float = 0.0) -> bool:
    """Whether these are the numbers, as far as float32 can tell, in whatever shape. scale as in `expect.values`."""
    if found.size != expected.size:
        return False
    wanted = expected.reshape(-1)
    size = np.maximum(np.abs(wanted), np.broadcast_to(scale, expected.shape).reshape(-1))
    with np.errstate(invalid="ignore", over="ignore"):
        return bool(np.all(np.abs(found.reshape(-1) - wanted) <= RTOL["float32"] * size))
