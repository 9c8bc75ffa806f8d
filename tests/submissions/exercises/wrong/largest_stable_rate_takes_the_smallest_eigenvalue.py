"""The first eigenvalue is taken, and they are in rising order."""

import numpy as np


def largest_stable_rate(features):
    X = features.asnumpy().astype(np.float64)
    A = np.hstack([X, np.ones((len(X), 1))])
    return float(2 / max(np.linalg.eigvalsh(A.T @ A / len(A))[0], 1e-300))
