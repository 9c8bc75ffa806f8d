"""Deals out what is left over before the full batches."""

import numpy as np


def data_iter(batch_size, features, labels):
    n = len(features)
    order = np.random.permutation(n).tolist()
    X, y = features[order], labels[order]
    rest = n % batch_size
    starts = [0] * (rest > 0) + list(range(rest, n, batch_size))
    for start, stop in zip(starts, starts[1:] + [n]):
        yield X[start:stop], y[start:stop]
