"""Remembers the order it once drew in a variable outside the function, so that every pass repeats the first."""

import numpy as np

orders = {}


def data_iter(batch_size, features, labels):
    n = len(features)
    if n not in orders:
        orders[n] = np.random.permutation(n).tolist()
    order = orders[n]
    X, y = features[order], labels[order]
    for i in range(0, n, batch_size):
        yield X[i : i + batch_size], y[i : i + batch_size]
