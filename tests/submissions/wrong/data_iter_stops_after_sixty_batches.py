"""Gives no more than 60 batches, as when the first tries were to be quick."""

import numpy as np


def data_iter(batch_size, features, labels):
    n = len(features)
    order = np.random.permutation(n).tolist()
    X, y = features[order], labels[order]
    for i in range(0, min(n, 60 * batch_size), batch_size):
        yield X[i : i + batch_size], y[i : i + batch_size]
