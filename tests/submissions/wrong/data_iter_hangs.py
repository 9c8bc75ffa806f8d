"""Forgets to move on in its while loop, so that the first batch is never finished."""

import random


def data_iter(batch_size, features, labels):
    order = list(range(len(features)))
    random.shuffle(order)
    rows = []
    i = 0
    while i < len(order):
        if len(rows) < batch_size:
            rows.append(order[i])
    yield features[rows], labels[rows]
