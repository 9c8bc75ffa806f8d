"""What is true of log_planck(wavelength, T): the logarithm of Planck's law, from the cold sky to the hottest stars.

In float32 exp(x) overflows beyond x = 88, and 1 - exp(-x) has lost all but n digits when x is 10^(n-7). The ranges
that are promised lead to x = 53 000 and to x = 5e-6.
"""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from grader import expect
from grader.checks.exercises import planck
from grader.checks.exercises.cases import PlanckCase, a_temperature_for_each, at, bodies
from grader.checks.exercises.misconceptions.log_planck import MISCONCEPTIONS
from grader.claims import Refuted, claim, part
from grader.elsewhere import expect_as_right_as_at_home, expect_float64_digits, expect_gradients_as_at_home
from grader.subject import ELSEWHERE, Array, Subject

FEW_DIGITS = 3e-6
"""Of the terms that are added up: twenty times what the best way loses in float32 (1.6e-7, over 40 000 random pairs),
and a tenth of what 1 - exp(-x) loses at x = 1e-4."""
SLOPE = 1e-4
"""Of the terms of a slope: ten times what is lost by 1 - exp(-x) at x = 0.01, where these cases end."""

EVERYDAY = PlanckCase(np.array([10.0]), np.array([300.0]))
"""x = 4.8, where nothing overflows and nothing is lost."""


def _at_home(subject: Subject, case: PlanckCase) -> Array:
    return expect.tensor(subject.call("log_planck", case.wavelength, case.T).value, "The result of log_planck").exact()


def _gradients(case: PlanckCase) -> list[tuple[Array, Array]]:
    """Of the summed logarithms with respect to wavelength and T; each with the size of its terms."""
    slope = planck.slope(case.wavelength, case.T)
    by_T = np.array([np.sum(slope / case.T)])
    return [((slope - 5) / case.wavelength, (slope + 5) / case.wavelength), (by_T, by_T)]


def _wrong(found: Array, case: PlanckCase, allowed: float, offset: float = 0.0) -> bool:
    """Whether any of these is not the logarithm, less an offset."""
    off = np.abs(found - offset - planck.log_density(case.wavelength, case.T))
    with np.errstate(invalid="ignore"):
        return not np.all(off <= allowed * planck.terms(case.wavelength, case.T))


def _offset(subject: Subject) -> float:
    """What the logarithms of everyday bodies are too large by: a wrong factor shows there, and is paid for once."""
    found = _at_home(subject, EVERYDAY)
    offset = float(found.reshape(-1)[0] - planck.log_density(EVERYDAY.wavelength, EVERYDAY.T)[0]) if found.size else 0.0
    return offset if np.isfinite(offset) else 0.0


def _expect_logarithms(subject: Subject, case: PlanckCase, allowed: float, offset: float = 0.0) -> None:
    found = expect.tensor(subject.call("log_planck", case.wavelength, case.T).value, "The result of log_planck")
    expect.shape(found, case.wavelength.shape, "log_planck(wavelength, T)")
    if _wrong(found.exact(), case, allowed, offset):
        raise Refuted(
            "log_planck(wavelength, T) has the wrong values.",
            got=expect.show(found.exact()),
            expected=expect.show(planck.log_density(case.wavelength, case.T) + offset),
        )


@claim(
    points=2,
    given=bodies(0.5, 20.0),
    also=a_temperature_for_each,
    hint="Take the logarithm on paper first, factor by factor. Wavelengths come in micrometres, and 1 micrometre is "
    "1e-6 m; the result is the logarithm of a density in J/m^4.",
    examples=15,
)
def log_planck_is_the_logarithm_of_plancks_law(subject: Subject, case: PlanckCase) -> None:
    """Around the brightest wavelength, log_planck(wavelength, T) is the logarithm of 8 pi h c / wavelength^5 / (exp(x)
    - 1), x = h c / (wavelength k T), for one T or one for each wavelength.
    """
    _expect_logarithms(subject, case, expect.RTOL["float32"])


@claim(
    points=1,
    given=bodies(90.0, 50_000.0),
    also=lambda rng: [at(20.0, 30.0, 45.0, 60.0, 80.0, 95.0)],
    hint="exp(100) does not fit into float32, but its logarithm, 100, does: take the exponential out of the logarithm "
    "before it is computed.",
    examples=10,
)
def log_planck_survives_cold_bodies_at_short_wavelengths(subject: Subject, case: PlanckCase) -> None:
    """Where x is large, up to 50 000, the result is finite and right."""
    _expect_logarithms(subject, case, expect.RTOL["float32"], _offset(subject))


@claim(
    points=1,
    given=bodies(1e-5, 1e-3),
    also=lambda rng: [at(2e-5, 3e-5, 5e-5), at(0.003, 0.01, 0.03, 0.1, 0.3)],
    hint="When x is tiny, exp(x) is 1 and a little, and subtracting 1 leaves the digits of the little that float32 had "
    "no room for. MXNet has an operator for just this difference.",
    examples=10,
)
def log_planck_keeps_its_digits_at_long_wavelengths(subject: Subject, case: PlanckCase) -> None:
    """Where x is tiny, down to 0.00001, the result keeps its digits."""
    _expect_logarithms(subject, case, FEW_DIGITS, _offset(subject))


@claim(
    points=2,
    given=st.one_of(bodies(0.5, 20.0), bodies(90.0, 50_000.0), bodies(0.01, 0.4)),
    hint="A wrong value has a wrong gradient: mend the checks above first. Autograd computes both branches of a "
    "nd.where, and 0 times infinity is not a number; and it follows NDArray operators only.",
    examples=15,
)
def log_planck_passes_finite_gradients_to_both(subject: Subject, case: PlanckCase) -> None:
    """Gradients reach wavelength and T, and they are finite and right for small and large x alike."""
    found = subject.gradients("log_planck", case.wavelength, case.T, head=np.ones(case.wavelength.shape))
    value = expect.tensor(found.value, "The result of log_planck")
    expect.shape(value, case.wavelength.shape, "The result")
    extreme = not np.all(np.abs(np.log(planck.ratio(case.wavelength, case.T) / 3)) < 2)
    if extreme and _wrong(value.exact(), case, expect.RTOL["float32"], _offset(subject)):
        return  # wrong values where x is very large or small have checks of their own
    if found.gradients is None:
        raise Refuted(
            "The result is not connected to wavelength and T: autograd cannot take its gradient.",
            got="no gradient",
            expected="gradients for wavelength and T",
        )
    for name, got, (wanted, size) in zip(("wavelength", "T"), found.gradients, _gradients(case), strict=True):
        if got.shape != wanted.shape or not np.all(np.abs(got - wanted) <= SLOPE * size):
            raise Refuted(
                f"The gradient of the summed logarithms with respect to {name} is wrong.",
                got=expect.show(got),
                expected=expect.show(wanted),
            )


@claim(
    points=1,
    given=bodies(0.5, 20.0),
    hint="Arrays made along the way are float32 unless you say otherwise, and so are those that pass through "
    "astype. Constants need no array: Python numbers keep all their digits.",
    examples=8,
)
def log_planck_keeps_dtype_and_arguments(subject: Subject, case: PlanckCase) -> None:
    """float64 in gives float64 out, with all its digits, and wavelength and T are the same after the call."""
    called = subject.call("log_planck", case.wavelength, case.T)
    expect.unchanged(called.changed, ("wavelength", "T"))
    called = subject.call("log_planck", case.wavelength, case.T, dtype="float64")
    found = expect.tensor(called.value, "The result of log_planck")
    expect.dtype(found, "float64", "log_planck(wavelength, T) of float64 arrays")
    wanted, size = planck.log_density(case.wavelength, case.T), planck.terms(case.wavelength, case.T)
    expect_float64_digits(found.exact(), wanted, "log_planck(wavelength, T)", scale=size)
    expect_as_right_as_at_home(
        found.exact(),
        wanted,
        lambda: _at_home(subject, case),
        "log_planck(wavelength, T)",
        "for float64 arrays",
        scale=size,
    )
    head = np.ones(found.shape)
    expect_gradients_as_at_home(
        lambda: subject.gradients("log_planck", case.wavelength, case.T, head=head, dtype="float64"),
        lambda: subject.gradients("log_planck", case.wavelength, case.T, head=head),
        _gradients(case),
        "log_planck",
        "for float64 arrays",
    )


@claim(
    points=1,
    given=st.just(PlanckCase(np.array([1.0, 10.0]), np.array([300.0]))),
    hint="An array made without ctx=... lands on the CPU. Constants can stay Python numbers.",
    examples=1,
)
def log_planck_stays_on_the_device_of_wavelength(subject: Subject, case: PlanckCase) -> None:
    """On a second device, standing in for a GPU, log_planck works and its result stays there."""
    called = subject.call("log_planck", case.wavelength, case.T, device=ELSEWHERE, strict=True)
    found = expect.tensor(called.value, "The result of log_planck")
    expect.device(found, ELSEWHERE, "log_planck(wavelength, T)")
    head = np.ones(found.shape)
    expect_gradients_as_at_home(
        lambda: subject.gradients("log_planck", case.wavelength, case.T, head=head, device=ELSEWHERE, strict=True),
        lambda: subject.gradients("log_planck", case.wavelength, case.T, head=head),
        _gradients(case),
        "log_planck",
        "on another device",
    )


PART = part("log_planck", ("log_planck",), globals(), MISCONCEPTIONS)
