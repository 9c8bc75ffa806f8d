"""What is true of fit_temperature(wavelength, density): a thermometer that works from afar.

Any sensible estimate will do, and there are many: least squares of the logarithms or of the densities, or the mean of
what each wavelength says alone. Without noise they agree; with it they differ by its size over the root of the number
of wavelengths, over the slope d log u / d log T, which is 1 at least.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from grader import expect
from grader.checks.exercises import planck
from grader.checks.exercises.cases import SpectrumCase, spectra, spectrum
from grader.checks.exercises.misconceptions.fit_temperature import MISCONCEPTIONS
from grader.claims import Refuted, claim, part
from grader.play import Script
from grader.strategies import single
from grader.subject import StudentFault, Subject, Tensor

DIGITS = 1e-3
"""Relative error that is allowed without noise: "three digits". The reference is within 3e-6."""
NOISE, MANY, NOISY = 0.05, 900, 0.012
"""Relative noise, wavelengths, and the relative error that is allowed then. The mean of the temperatures that the
wavelengths give one by one deviates by less than NOISE / sqrt(MANY) = 0.0017 (one standard deviation), least squares
of the densities, which looks at the brightest only, by less than that; and logarithms of noisy numbers are too small by
NOISE^2 / 2 = 0.0013. So a right answer is six standard deviations away from failing: P(|N(0, 1)| > 6) = 2e-9."""
EVERYDAY = (300.0, 1000.0, 5800.0, 3000.0)
EXTREME = (3.0, 30_000.0, 77.0, 12_000.0, 15.0)


def _fit(subject: Subject, case: SpectrumCase) -> tuple[float, tuple[int, ...]]:
    """The temperature, and which arguments were changed."""
    script = Script("fit_temperature", about=case)
    wavelength, density = script.array(case.wavelength), script.array(case.density)
    fitted = script.call("fit_temperature", wavelength, density)
    after = [script.look(wavelength), script.look(density)]
    script.name(T=fitted, wavelength=after[0], density=after[1])
    played = subject.play(script)
    changed = tuple(
        i
        for i, (ref, before) in enumerate(zip(after, (case.wavelength, case.density), strict=True))
        if not np.array_equal(expect.tensor(played[ref], "An argument").exact(), before)
    )
    return expect.number(played[fitted], "The result of fit_temperature"), changed


def _as_the_student_has_it(subject: Subject, case: SpectrumCase) -> SpectrumCase | None:
    """The same body and noise with the densities of the student's own log_planck, None where it has none."""
    try:
        value = subject.call("log_planck", case.wavelength, np.array([case.T])).value
    except StudentFault:
        return None
    if not isinstance(value, Tensor) or value.shape != case.wavelength.shape:
        return None
    noise = case.density / np.exp(planck.log_density(case.wavelength, case.T))
    with np.errstate(over="ignore"):
        density = single(np.exp(value.exact()) * noise)
    return replace(case, density=density) if np.all(np.isfinite(density)) and np.all(density > 1e-30) else None


def _finds(subject: Subject, case: SpectrumCase, allowed: float) -> tuple[bool, float]:
    found, _ = _fit(subject, case)
    return bool(abs(found - case.T) <= allowed * case.T), found


def _expect_temperature(subject: Subject, case: SpectrumCase, allowed: float) -> None:
    right, found = _finds(subject, case, allowed)
    if not right:
        # A wrong log_planck has been paid for: whoever finds the temperature by it has a thermometer that works.
        own = _as_the_student_has_it(subject, case)
        right = own is not None and _finds(subject, own, allowed)[0]
    if not right:
        raise Refuted(
            "This is not the temperature of the body.",
            example=str(case),
            got=f"{expect.show(found)} K",
            expected=f"{expect.show(case.T)} K, give or take {100 * allowed:g} %",
        )


@claim(
    points=3,
    given=st.one_of(spectra(EVERYDAY), spectra(EXTREME)),
    hint="If log_planck has lost points, mend that first. Between 3 K and 30 000 K the brightest density grows by a "
    "factor of 10^20: compare logarithms, learn the logarithm of T, or its inverse, at a rate from the curvature.",
    examples=10,
)
def fit_temperature_works_from_3_to_30000_kelvins(subject: Subject, case: SpectrumCase) -> None:
    """From exact spectra fit_temperature finds T to three digits, of everyday bodies, cold skies and hot stars."""
    _expect_temperature(subject, case, DIGITS)


@claim(
    points=1,
    given=spectra((300.0, 5800.0, 40.0), counts=(1, 2), window=(0.3, 10.0)),
    hint="Even one wavelength tells the temperature, bright or not. Wien's law of the brightest wavelength may be a "
    "place to start, but no more.",
    examples=5,
)
def fit_temperature_needs_no_bright_wavelength(subject: Subject, case: SpectrumCase) -> None:
    """One or two wavelengths are enough, also far from the brightest one."""
    _expect_temperature(subject, case, DIGITS)


@claim(
    points=1,
    hint="Each wavelength has an error of its own. Let all of them pull at the same T, with the same say or nearly so.",
    false_alarm=1e-8,
)
def fit_temperature_averages_the_noise_out(subject: Subject, rng: np.random.Generator) -> None:
    """From 900 wavelengths with errors of 5 %, it finds T within 1.2 %.

    Three spectra, each six standard deviations from failing at least (see `NOISY`).
    """
    for T in (300.0, 5800.0, 77.0):
        wavelength = planck.PEAK / T * np.exp(rng.uniform(np.log(0.5), np.log(10.0), MANY))
        _expect_temperature(subject, spectrum(T, wavelength, NOISE * rng.normal(size=MANY)), NOISY)


@claim(
    points=1,
    given=spectra(EVERYDAY),
    hint="Operators such as *= and x[:] = ... write into the array they are given. Compute a new one.",
    examples=2,
)
def fit_temperature_leaves_the_spectrum_as_it_was(subject: Subject, case: SpectrumCase) -> None:
    """wavelength and density are the same after the call."""
    expect.unchanged(_fit(subject, case)[1], ("wavelength", "density"))


PART = part("fit_temperature", ("log_planck", "fit_temperature"), globals(), MISCONCEPTIONS)
