"""Starts at a random row and goes round from there, so that every row keeps its neighbours."""

import random


def data_iter(batch_size, features, labels):
    n = len(features)
    first = random.randrange(n)
    order = [(first + i) % n for i in range(n)]
    X, y = features[order], labels[order]
    for i in range(0, n, batch_size):
        yield X[i : i + batch_size], y[i : i + batch_size]
