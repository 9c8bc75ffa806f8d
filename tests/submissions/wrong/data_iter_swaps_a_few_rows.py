"""Swaps as many random pairs of rows as there are batches, which leaves most rows where they were."""

import random


def data_iter(batch_size, features, labels):
    n = len(features)
    order = list(range(n))
    for i in range(0, n, batch_size):
        a, b = random.randrange(n), random.randrange(n)
        order[a], order[b] = order[b], order[a]
    X, y = features[order], labels[order]
    for i in range(0, n, batch_size):
        yield X[i : i + batch_size], y[i : i + batch_size]
