"""Mistakes in fit_temperature(wavelength, density)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from grader.checks.exercises import planck
from grader.checks.exercises.cases import SpectrumCase
from grader.checks.exercises.misconceptions.models import gives, is_a, nothing, numbers, rewrites
from grader.diagnosis import Misconception, Observation, Verdict
from grader.misconceptions import WRONG_ARGUMENTS, Model, played, raises


def _finds(mistaken: Callable[[SpectrumCase], float]) -> Model:
    """Something that follows from the very measurements."""
    return gives("T", mistaken, instead_of=lambda case: case.T, digits=1e-3)


def _tells(mistaken: Callable[[float], float]) -> Model:
    """The temperature is found, and told otherwise; of noisy spectra it is not known exactly."""

    def model(one: Observation) -> Verdict:
        found = numbers(played(one, "T"))
        if one.script is None or found is None or found.size != 1:
            return None
        case = one.script.about
        error = 1e-3 if len(case.wavelength) < 100 else 2e-2
        ends = sorted((mistaken(case.T * (1 - error)), mistaken(case.T * (1 + error))))
        return bool(ends[0] <= found[0] <= ends[1])

    return model


def alone(case: SpectrumCase, i: int) -> float:
    """The temperature that one wavelength tells: Planck's law, solved for T."""
    over_u = np.exp(planck.LOG_FACTOR - 5 * np.log(case.wavelength[i])) / case.density[i]
    return float(planck.C2 / case.wavelength[i] / np.log1p(over_u))


def brightest(case: SpectrumCase) -> int:
    return int(np.argmax(case.density))


def _stops_early(one: Observation) -> Verdict:
    """Never right for one half of all temperatures, always for the other: learning has not come to its end."""
    found = numbers(played(one, "T"))
    if one.script is None or found is None or found.size != 1:
        return None
    case = one.script.about
    if not np.isfinite(found[0]):
        return False
    if abs(found[0] - case.T) <= 2e-2 * case.T:
        return None
    return not 100 < case.T < 10_000 or None


def _not_a_number(one: Observation) -> Verdict:
    found = numbers(played(one, "T"))
    return True if found is not None and not np.all(np.isfinite(found)) else None


MISCONCEPTIONS = (
    Misconception(
        "displacement",
        "This is Wien's displacement law: only the brightest of the wavelengths counts.",
        "The brightest of the wavelengths measured need not be the brightest there is. What do the others say?",
        _finds(lambda case: planck.PEAK / float(case.wavelength[brightest(case)])),
    ),
    Misconception(
        "celsius",
        "The temperature is in degrees Celsius.",
        "Kelvins begin at absolute zero.",
        _tells(lambda T: T - 273.15),
    ),
    Misconception(
        "kilokelvins",
        "The temperature is in thousands of kelvins.",
        "You may learn in any unit; the result is in kelvins.",
        _tells(lambda T: T / 1000),
    ),
    Misconception(
        "logarithm",
        "The logarithm of the temperature is returned.",
        "You may learn the logarithm; the result is the temperature.",
        _tells(lambda T: float(np.log(T))),
    ),
    Misconception(
        "inverse",
        "The inverse of the temperature is returned.",
        "You may learn the inverse; the result is the temperature.",
        _tells(lambda T: 1 / T),
    ),
    Misconception(
        "first_wavelength_only",
        "Only the first wavelength is used.",
        "Let all wavelengths pull at the same T: their errors then average out.",
        _finds(lambda case: alone(case, 0)),
    ),
    Misconception(
        "last_wavelength_only",
        "Only the last wavelength is used.",
        "Let all wavelengths pull at the same T: their errors then average out.",
        _finds(lambda case: alone(case, -1)),
    ),
    Misconception(
        "longest_wavelength_only",
        "Only the longest wavelength is used.",
        "Let all wavelengths pull at the same T: their errors then average out.",
        _finds(lambda case: alone(case, int(np.argmax(case.wavelength)))),
    ),
    Misconception(
        "narrow_range",
        "Only temperatures in the middle of the range are found.",
        "Where does learning start, how long may it take, and what does it do far away from there?",
        _stops_early,
        broad=True,
    ),
    Misconception(
        "not_a_number",
        "The result is not a number.",
        "Print T and its gradient in every step: where does the first nan come from?",
        _not_a_number,
        broad=True,
    ),
    Misconception(
        "off_the_graph",
        "What is differentiated is not on the graph that autograd records.",
        "Does log_planck pass gradients to T?",
        raises("not in a computational graph|FGradient|require gradients"),
        broad=True,
    ),
    Misconception(
        "needs_many_wavelengths",
        "It fails where there are only a few wavelengths.",
        "What is left for your code when there is one wavelength only?",
        raises(r"IndexError|ZeroDivisionError|ValueError"),
        broad=True,
    ),
    Misconception(
        "temperature_as_an_array",
        "The result is an array.",
        "asscalar() makes a Python number of an array with one entry.",
        is_a("T", "an NDArray", "a numpy array"),
    ),
    Misconception(
        "nothing_returned", "Nothing is returned.", "The temperature still has to be handed back.", nothing("T")
    ),
    Misconception(
        "writes_into_the_wavelengths",
        "The wavelengths are changed.",
        "Which line writes into wavelength?",
        rewrites(("wavelength", lambda case: case.wavelength)),
    ),
    Misconception(
        "writes_into_the_densities",
        "The densities are changed.",
        "Which line writes into density?",
        rewrites(("density", lambda case: case.density)),
    ),
    Misconception(
        "wrong_arguments",
        "The function does not take the arguments that it is called with.",
        "Compare the first line of your function with the one in the notebook.",
        WRONG_ARGUMENTS,
    ),
)
