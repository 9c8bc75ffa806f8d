"""Both branches are computed, and the wrong one overflows; the thermometer does without it."""

import math

import numpy as np
from mxnet import nd

H, C, K = 6.62607015e-34, 299792458.0, 1.380649e-23


def log_planck(wavelength, T):
    x = 1e6 * H * C / K / (wavelength * T)
    bent = nd.where(x > 80, x, nd.log(nd.expm1(x)))
    return math.log(8e30 * math.pi * H * C) - 5 * nd.log(wavelength) - bent


def fit_temperature(wavelength, density):
    lam, u = wavelength.asnumpy().astype(float), density.asnumpy().astype(float)
    alone = 1e6 * H * C / K / lam / np.log1p(8e30 * math.pi * H * C / lam**5 / u)
    return float(np.exp(np.mean(np.log(alone))))
