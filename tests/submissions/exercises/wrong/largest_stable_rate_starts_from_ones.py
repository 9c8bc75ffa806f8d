"""A power iteration that begins with ones, which may be at right angles to what it looks for."""

import numpy as np
def largest_stable_rate(features):
    X = features.asnumpy()
    A = np.c_[X, np.ones(len(X))]
    v = np.ones(A.shape[1])
    for _ in range(30):
        v = A.T @ (A @ v) / len(A); s = np.linalg.norm(v); v /= s
    return 2 / s
