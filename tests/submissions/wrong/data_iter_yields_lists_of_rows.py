"""Collects rows in Python lists and yields the lists."""

import random


def data_iter(batch_size, features, labels):
    order = list(range(len(features)))
    random.shuffle(order)
    for i in range(0, len(order), batch_size):
        yield [features[j] for j in order[i : i + batch_size]], [labels[j] for j in order[i : i + batch_size]]
