"""Takes the upper end of a range for part of it."""

import random

from mxnet import nd


def data_iter(batch_size, features, labels):
    n = len(features) - 1
    order = list(range(0, n))
    random.shuffle(order)
    for i in range(0, n, batch_size):
        rows = nd.array(order[i : i + batch_size], ctx=features.context, dtype="int64")
        yield features.take(rows), labels.take(rows)
