"""A helper generator in the same cell deals out the row numbers."""

import random
from itertools import islice


def chunks(numbers, size):
    numbers = iter(numbers)
    while chunk := list(islice(numbers, size)):
        yield chunk


def data_iter(batch_size, features, labels):
    order = random.sample(range(len(features)), len(features))
    for rows in chunks(order, batch_size):
        yield features[rows], labels[rows]
