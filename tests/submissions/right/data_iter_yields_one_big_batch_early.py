"""Treats the case of one batch for all by itself and returns early."""

import numpy as np
from mxnet import nd


def data_iter(batch_size, features, labels):
    n = len(features)
    shuffled = np.random.permutation(n)

    def batch(rows):
        rows = nd.array(rows, ctx=features.context, dtype="int64")
        return features.take(rows), labels.take(rows)

    if batch_size >= n:
        yield batch(shuffled)
        return
    full = n // batch_size
    for k in range(full):
        yield batch(shuffled[k * batch_size : (k + 1) * batch_size])
    if n % batch_size != 0:
        yield batch(shuffled[full * batch_size :])
