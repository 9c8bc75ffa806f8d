"""Has a short cut for a batch size of n or more, in which the features are shuffled and the labels are not."""

import numpy as np


def data_iter(batch_size, features, labels):
    n = len(features)
    order = np.random.permutation(n).tolist()
    if batch_size >= n:
        yield features[order], labels.copy()
        return
    X, y = features[order], labels[order]
    for i in range(0, n, batch_size):
        yield X[i : i + batch_size], y[i : i + batch_size]
