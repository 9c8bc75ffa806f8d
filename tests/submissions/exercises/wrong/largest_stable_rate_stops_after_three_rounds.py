"""Three rounds of the power method, which is not enough where two eigenvalues are close."""

import numpy as np


def largest_stable_rate(features):
    X = features.asnumpy().astype(np.float64)
    A = np.hstack([X, np.ones((len(X), 1))])
    H = A.T @ A / len(A)
    v = np.ones(len(H)) + 0.1 * np.arange(len(H))
    for _ in range(3):
        v = H @ v
        v /= np.linalg.norm(v)
    return float(2 / (v @ H @ v))
