"""Cuts the batches first and then shuffles inside each one, so that no row ever leaves its batch."""

import random

from mxnet import nd


def data_iter(batch_size, features, labels):
    n = len(features)
    for i in range(0, n, batch_size):
        rows = list(range(i, min(i + batch_size, n)))
        random.shuffle(rows)
        rows = nd.array(rows, ctx=features.context, dtype="int64")
        yield features.take(rows), labels.take(rows)
