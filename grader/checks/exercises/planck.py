"""Planck's law in float64: what a black body shines with, wavelength by wavelength.

u(lam, T) = 8 pi h c / lam^5 / (exp(x) - 1), x = h c / (lam k T), in J/m^4: energy per volume and wavelength. The
constants are exact by the definition of the SI.
"""

from __future__ import annotations

import numpy as np

from grader.subject import Array

H, C, K = 6.626_070_15e-34, 299_792_458.0, 1.380_649e-23
C2 = 1e6 * H * C / K
"""h c / k in micrometre kelvins, 14 387.77."""
PEAK = 2897.771_955
"""Wien's displacement law: wavelength times T, in micrometre kelvins, where u is largest."""
LOG_FACTOR = float(np.log(8 * np.pi * H * C)) + 30 * float(np.log(10))
"""log of 8 pi h c for wavelengths in micrometres: (1e-6)^-5 is 1e30."""


def ratio(wavelength: Array, T: Array | float) -> Array:
    """x, the energy of a quantum over k T."""
    return np.asarray(C2 / (wavelength * T))


def log_density(wavelength: Array, T: Array | float) -> Array:
    """log u, for wavelengths in micrometres and T in kelvins."""
    x = ratio(wavelength, T)
    return np.asarray(LOG_FACTOR - 5 * np.log(wavelength) - x - np.log(-np.expm1(-x)))


def terms(wavelength: Array, T: Array | float) -> Array:
    """The size of what is added up to log u; rounding errors are proportional to it."""
    return np.asarray(abs(LOG_FACTOR) + 5 * np.abs(np.log(wavelength)) + ratio(wavelength, T))


def slope(wavelength: Array, T: Array | float) -> Array:
    """d log u / d log T = x / (1 - exp(-x)). With respect to log wavelength, it is this less 5."""
    x = ratio(wavelength, T)
    return np.asarray(x / -np.expm1(-x))
