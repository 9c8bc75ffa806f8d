"""Collects row numbers in a list that is a default argument, so that a second call finds the list already filled."""

import random


def data_iter(batch_size, features, labels, order=[]):
    n = len(features)
    if len(order) != n:
        order[:] = range(n)
        random.shuffle(order)
    X, y = features[order], labels[order]
    for i in range(0, n, batch_size):
        yield X[i : i + batch_size], y[i : i + batch_size]
