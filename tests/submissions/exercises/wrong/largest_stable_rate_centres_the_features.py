"""The matrix is that of the covariances, beside the bias."""

import numpy as np


def largest_stable_rate(features):
    X = features.asnumpy().astype(np.float64)
    A = np.hstack([X - X.mean(0), np.ones((len(X), 1))])
    return float(2 / np.linalg.eigvalsh(A.T @ A / len(A))[-1])
