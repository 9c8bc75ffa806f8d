"""Branches at x = 20, with a safe argument on the side that is not used."""

import math
from mxnet import nd
h, c, k = 6.626_070_15e-34, 299_792_458.0, 1.380_649e-23
def log_planck(wavelength, T):
    x = (h * c / k * 1e6) / wavelength / T
    small = nd.minimum(x, 20.0)
    log_term = nd.where(x > 20, x, nd.log(nd.expm1(small)))
    return math.log(8 * math.pi * h * c * 1e30) - 5 * nd.log(wavelength) - log_term
