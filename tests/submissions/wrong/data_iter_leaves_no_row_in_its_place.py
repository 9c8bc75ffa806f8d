"""Shuffles by hand and never swaps a row with itself, so that no row stays where it was."""

import random


def data_iter(batch_size, features, labels):
    n = len(features)
    order = list(range(n))
    for i in range(n - 1, 0, -1):
        j = random.randrange(i)
        order[i], order[j] = order[j], order[i]
    X, y = features[order], labels[order]
    for i in range(0, n, batch_size):
        yield X[i : i + batch_size], y[i : i + batch_size]
