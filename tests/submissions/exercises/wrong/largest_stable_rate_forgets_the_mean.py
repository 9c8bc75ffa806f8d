"""The sum over the examples is not divided."""

import numpy as np


def largest_stable_rate(features):
    X = features.asnumpy().astype(np.float64)
    A = np.hstack([X, np.ones((len(X), 1))])
    return float(2 / np.linalg.eigvalsh(A.T @ A)[-1])
