"""Mistakes in log_planck(wavelength, T)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from grader.checks.exercises import planck
from grader.diagnosis import Misconception, Observation, Verdict
from grader.misconceptions import (
    WRONG_ARGUMENTS,
    Model,
    becomes_float32,
    computes,
    cuts_off,
    cuts_the_graph,
    leaves_the_device,
    loses_digits,
    raises,
    returns,
    value,
    writes_into,
)
from grader.subject import HOME, Array, Gradients, Tensor

LOG_MICRO = -6 * float(np.log(10))


def _instead(mistaken: Callable[[Array, Array], Array]) -> Model:
    return computes(mistaken, instead_of=planck.log_density)


def _off_by(offset: float) -> Model:
    """The logarithm is off by a constant everywhere."""
    return _instead(lambda wavelength, T: planck.log_density(wavelength, T) + offset)


def _slope(head: Array, wavelength: Array, T: Array) -> Array:
    return head * planck.slope(wavelength, T) / T


def _breaks(beyond: Callable[[Array], npt.NDArray[np.bool_]]) -> Model:
    """Right, except where x is such: there a value or a gradient is not finite or is off."""

    def model(one: Observation) -> Verdict:
        found = value(one)
        if not isinstance(found, Tensor) or one.device != HOME:
            return None
        wavelength, T = one.inputs
        x, wanted, got = planck.ratio(wavelength, T), planck.log_density(wavelength, T), found.exact()
        if got.shape != wanted.shape:
            return False
        safe = ~beyond(x)
        if not np.allclose(got[safe], wanted[safe], rtol=1e-4, atol=1e-4):
            return False
        if not np.allclose(got[~safe], wanted[~safe], rtol=1e-6, atol=1e-4):
            return True
        if isinstance(one.answer, Gradients) and one.answer.gradients is not None:
            finite = all(np.all(np.isfinite(part)) for part in one.answer.gradients)
            return None if finite else bool(np.any(~safe))
        return None

    return model


def _no_logarithm(one: Observation) -> Verdict:
    """The density itself, as far as float32 goes."""
    found = value(one)
    if not isinstance(found, Tensor) or one.device != HOME:
        return None
    wanted, got = planck.log_density(*one.inputs), found.exact()
    if got.shape != wanted.shape or not np.all(got >= 0):
        return False
    seen = wanted > -80  # float32 holds nothing below 1e-38 with all its digits
    return bool(np.allclose(np.log(got[seen]), wanted[seen], atol=1e-2) and np.all(got[~seen] < 1e-34))


MISCONCEPTIONS = (
    Misconception(
        "radiance",
        "This is the law for radiance, 2 h c^2 / wavelength^5, and not for energy density.",
        "Two forms of Planck's law are about: energy that passes through an area, and energy in a volume.",
        _off_by(float(np.log(2 * planck.C / (8 * np.pi)))),
    ),
    Misconception(
        "half_the_modes",
        "The factor in front is half of what it should be.",
        "Light has two polarisations; compare the factor with the formula.",
        _off_by(-float(np.log(2))),
    ),
    Misconception(
        "wavelength_in_metres",
        "The wavelength in front is taken for metres, and it is in micrometres.",
        "Which power of the wavelength is it, and how many metres are a micrometre?",
        _off_by(5 * LOG_MICRO),
    ),
    Misconception(
        "micrometres_to_the_fifth",
        "The density is for each micrometre of wavelength, not for each metre.",
        "The result is the logarithm of u in J/m^4: lengths are metres throughout.",
        _off_by(LOG_MICRO),
    ),
    Misconception(
        "decimal_logarithm",
        "This is the logarithm to base 10.",
        "Which operator is the natural logarithm?",
        _instead(lambda wavelength, T: planck.log_density(wavelength, T) / np.log(10)),
    ),
    Misconception(
        "no_logarithm",
        "This is the density itself, without the logarithm.",
        "What is left of numbers like 1e-300 in float32?",
        _no_logarithm,
    ),
    Misconception(
        "third_power",
        "The wavelength is raised to the third power: that is the law per unit of frequency.",
        "Compare the power with the formula.",
        _instead(lambda wavelength, T: planck.log_density(wavelength, T) + 2 * (np.log(wavelength) + LOG_MICRO)),
    ),
    Misconception(
        "wien",
        "This is Wien's law: the 1 that is subtracted is missing.",
        "What happens to exp(x) - 1 where x is small?",
        _instead(lambda wavelength, T: planck.LOG_FACTOR - 5 * np.log(wavelength) - planck.ratio(wavelength, T)),
    ),
    Misconception(
        "fermi",
        "1 is added where it should be subtracted.",
        "What happens to exp(x) - 1 where x is small?",
        _instead(
            lambda wavelength, T: (
                planck.LOG_FACTOR - 5 * np.log(wavelength) - np.logaddexp(0, planck.ratio(wavelength, T))
            )
        ),
    ),
    Misconception(
        "overflow",
        "The exponential overflows where x is large, above 88.",
        "exp(x) - 1 is exp(x) times something close to 1. What is the logarithm of the first factor?",
        _breaks(lambda x: x > 80),
    ),
    Misconception(
        "digits_lost",
        "The digits are lost where x is small: exp(x) is so near to 1 that little is left of the difference.",
        "Look for an operator that computes this difference in one go.",
        _breaks(lambda x: x < 0.01),
    ),
    Misconception(
        "cut_from_autograd",
        "The result is computed where autograd cannot follow.",
        "Look for detach(), asnumpy(), or a new array made from old values.",
        cuts_the_graph,
    ),
    Misconception(
        "T_cut_from_autograd",
        "T is cut off from autograd.",
        "Is T used as it came, or as a number made from it?",
        cuts_off(1, right=_slope, value_of=planck.log_density),
    ),
    Misconception(
        "wavelength_cut_from_autograd",
        "wavelength is cut off from autograd.",
        "Is wavelength used as it came, or as a copy?",
        cuts_off(
            0,
            right=lambda head, wavelength, T: head * (planck.slope(wavelength, T) - 5) / wavelength,
            value_of=planck.log_density,
        ),
    ),
    Misconception(
        "result_not_returned",
        "Nothing is returned.",
        "A function that computes a value still has to hand it back.",
        returns("None"),
    ),
    Misconception(
        "numpy_result",
        "The result is a numpy array.",
        "autograd can only follow NDArray operators. Where do you leave NDArray?",
        returns("a numpy array"),
    ),
    Misconception(
        "always_float32",
        "The result is float32 whatever comes in.",
        "Which array is made, or cast, with a dtype of its own?",
        becomes_float32,
    ),
    Misconception(
        "through_float32",
        "The result is float64, but on the way the numbers were rounded to float32.",
        "An array made without dtype=... is float32. Casting back does not bring the digits back.",
        loses_digits(lambda one: planck.log_density(*one.inputs)),
    ),
    Misconception(
        "writes_into_wavelength",
        "The wavelengths are changed in place.",
        "*= writes into the caller's array. Compute a new one.",
        writes_into(0),
    ),
    Misconception(
        "own_device",
        "Something is made on the default device instead of the device of wavelength.",
        "A plain Python number needs no device; an array does. Which array do you make?",
        leaves_the_device,
    ),
    Misconception(
        "operator_of_another_library",
        "A function of math or numpy meets an NDArray.",
        "Which library does the function come from? nd has one of the same name.",
        raises(r"TypeError|AttributeError"),
        broad=True,
    ),
    Misconception(
        "wrong_arguments",
        "The function does not take the arguments that it is called with.",
        "Compare the first line of your function with the one in the notebook.",
        WRONG_ARGUMENTS,
    ),
)
