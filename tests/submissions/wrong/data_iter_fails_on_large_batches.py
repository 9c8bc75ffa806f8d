"""Divides by the number of whole batches, of which there may be none."""

import random


def data_iter(batch_size, features, labels):
    n = len(features)
    order = list(range(n))
    random.shuffle(order)
    whole = n // batch_size
    rest = n % whole
    X, y = features[order], labels[order]
    for i in range(0, n, batch_size):
        yield X[i : i + batch_size], y[i : i + batch_size]
