"""Draws row numbers one by one from all of them, so that some rows come twice and others not at all."""

import numpy as np


def data_iter(batch_size, features, labels):
    n = len(features)
    rows = np.random.randint(0, n, size=n).tolist()
    X, y = features[rows], labels[rows]
    for i in range(0, n, batch_size):
        yield X[i : i + batch_size], y[i : i + batch_size]
