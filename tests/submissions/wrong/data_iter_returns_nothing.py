"""Fills a list with batches and forgets to return it."""

import random


def data_iter(batch_size, features, labels):
    batches = []
    order = list(range(len(features)))
    random.shuffle(order)
    for i in range(0, len(order), batch_size):
        rows = order[i : i + batch_size]
        batches.append((features[rows], labels[rows]))
