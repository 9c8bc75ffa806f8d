"""Draws every batch from all the rows, without looking at what came in the batches before."""

import random


def data_iter(batch_size, features, labels):
    n = len(features)
    for i in range(0, n, batch_size):
        rows = random.sample(range(n), min(batch_size, n - i))
        yield features[rows], labels[rows]
