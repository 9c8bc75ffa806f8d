"""A search for the smallest squared error between two temperatures, in numpy."""

import numpy as np
from mxnet import nd
def fit_temperature(wavelength, density):
    target = nd.log(density).asnumpy().astype("float64")
    lam = wavelength.asnumpy().astype("float64")
    def loss(T):
        x = 14387.7687750393 / (lam * T)
        return np.mean((np.log(8e30 * np.pi * 6.62607015e-34 * 299792458.0) - 5 * np.log(lam) - x - np.log(-np.expm1(-x)) - target) ** 2)
    low, high = np.log(2.0), np.log(40000.0)
    for _ in range(60):
        a, b = low + (high - low) / 3, high - (high - low) / 3
        if loss(np.exp(a)) < loss(np.exp(b)):
            high = b
        else:
            low = a
    return np.exp((low + high) / 2)
