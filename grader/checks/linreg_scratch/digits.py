"""Are the digits there that float64 has and float32 has not?"""

from __future__ import annotations

import numpy as np

from grader.claims import Case, Refuted
from grader.expect import RTOL
from grader.subject import Array


def expect_float64_digits(
    found: Array, expected: Array, what: str, case: Case, *, scale: Array | float | None = None
) -> None:
    """No number is right to five digits and wrong in the digits that a detour through float32 loses.

    Numbers that are wrong altogether, or in another shape, are left to the checks that are about values and shapes.
    found, expected: float64 arrays. case: what it was computed from, shown in a failure. scale as in `expect.values`.
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
            example=str(case),
            got=f"{got[first]:.17g}",
            expected=f"{wanted[first]:.17g}",
        )
