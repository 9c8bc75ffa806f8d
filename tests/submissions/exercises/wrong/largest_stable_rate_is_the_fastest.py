"""This is 1 over the largest eigenvalue."""

import numpy as np


def largest_stable_rate(features):
    X = features.asnumpy().astype(np.float64)
    A = np.hstack([X, np.ones((len(X), 1))])
    return float(1 / np.linalg.eigvalsh(A.T @ A / len(A))[-1])
