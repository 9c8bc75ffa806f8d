"""Puts the labels of the short last batch in the wrong order, but only where there are more than 260 rows."""

import numpy as np


def data_iter(batch_size, features, labels):
    n = len(features)
    order = np.random.permutation(n).tolist()
    X, y = features[order], labels[order]
    for i in range(0, n, batch_size):
        if n > 260 and i + batch_size > n:
            yield X[i:n], y[i:n].flip(axis=0)
        else:
            yield X[i : i + batch_size], y[i : i + batch_size]
