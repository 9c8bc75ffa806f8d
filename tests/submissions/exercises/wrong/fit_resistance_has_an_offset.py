"""The model is a line with an intercept."""

import numpy as np


def fit_resistance(current, voltage):
    I, V = current.asnumpy().astype(float), voltage.asnumpy().astype(float)
    centred = I - I.mean()
    R = float(centred @ (V - V.mean()) / (centred @ centred)) if centred.any() else float(I @ V / (I @ I))
    return R, [float(np.mean(V**2) / 2), float(np.mean((R * I - V) ** 2) / 2)]
