"""The learning rate suits amperes only."""

import numpy as np


def fit_resistance(current, voltage):
    I, V = current.asnumpy().astype(float), voltage.asnumpy().astype(float)
    R, losses = 0.0, []
    for _ in range(3000):
        losses.append(float(np.mean((R * I - V) ** 2) / 2))
        R -= 0.1 * float(np.mean(I * (R * I - V)))
        if not abs(R) < 1e30:
            break
    return R, losses
