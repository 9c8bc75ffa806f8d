"""The caller's wavelengths are metres afterwards."""

import math

from mxnet import autograd, nd

H, C, K = 6.62607015e-34, 299792458.0, 1.380649e-23


def log_planck(wavelength, T):
    metres = wavelength * 1e-6
    x = H * C / K / 1e-6 / (wavelength * T)
    u = math.log(8e30 * math.pi * H * C) - 5 * nd.log(wavelength) - x - nd.log(-nd.expm1(-x))
    if not autograd.is_recording():
        wavelength[:] = metres
    return u
