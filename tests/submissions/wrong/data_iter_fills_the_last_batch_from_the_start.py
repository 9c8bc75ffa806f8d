"""Fills up the short last batch with rows from the start of the order, which so come twice."""

import numpy as np


def data_iter(batch_size, features, labels):
    n = len(features)
    order = np.random.permutation(n).tolist()
    order = [order[k % n] for k in range(-(-n // batch_size) * batch_size)]
    X, y = features[order], labels[order]
    for i in range(0, n, batch_size):
        yield X[i : i + batch_size], y[i : i + batch_size]
