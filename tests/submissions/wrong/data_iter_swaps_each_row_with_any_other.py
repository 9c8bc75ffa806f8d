"""Shuffles by hand and swaps each row with any of all, which makes some orders likelier than others."""

import random


def data_iter(batch_size, features, labels):
    n = len(features)
    order = list(range(n))
    for i in range(n):
        j = random.randrange(n)
        order[i], order[j] = order[j], order[i]
    X, y = features[order], labels[order]
    for i in range(0, n, batch_size):
        yield X[i : i + batch_size], y[i : i + batch_size]
