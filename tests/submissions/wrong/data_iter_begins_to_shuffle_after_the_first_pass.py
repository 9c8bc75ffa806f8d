"""Shuffles when a pass is over, for the next one, so that the first pass of all has the order given."""

import random

passes = []


def data_iter(batch_size, features, labels):
    n = len(features)
    order = list(range(n))
    if passes:
        random.shuffle(order)
    passes.append(n)
    X, y = features[order], labels[order]
    for i in range(0, n, batch_size):
        yield X[i : i + batch_size], y[i : i + batch_size]
