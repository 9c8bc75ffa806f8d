"""Draws one order for the features and another for the labels."""

import numpy as np


def data_iter(batch_size, features, labels):
    n = len(features)
    X = features[np.random.permutation(n).tolist()]
    y = labels[np.random.permutation(n).tolist()]
    for i in range(0, n, batch_size):
        yield X[i : i + batch_size], y[i : i + batch_size]
