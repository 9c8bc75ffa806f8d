"""Each factor has its own logarithm."""

import math

from mxnet import nd

H, C, K = 6.62607015e-34, 299792458.0, 1.380649e-23


def log_planck(wavelength, T):
    x = (H * C / K * 1e6) / (wavelength * T)
    front = math.log(8 * math.pi) + math.log(H) + math.log(C) + 30 * math.log(10)
    return front - 5 * nd.log(wavelength) - (x + nd.log(0 - nd.expm1(-x)))
