"""Makes a matrix of the features, whatever further dimensions they have."""

import numpy as np


def data_iter(batch_size, features, labels):
    n = len(features)
    features = features.reshape((n, -1))
    order = np.random.permutation(n).tolist()
    X, y = features[order], labels[order]
    for i in range(0, n, batch_size):
        yield X[i : i + batch_size], y[i : i + batch_size]
