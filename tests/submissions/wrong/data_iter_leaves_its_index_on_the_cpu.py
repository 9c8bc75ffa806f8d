"""Makes the array of row numbers without a context, so that it cannot pick rows on another device."""

import random

from mxnet import nd


def data_iter(batch_size, features, labels):
    n = len(features)
    indices = list(range(n))
    random.shuffle(indices)
    for i in range(0, n, batch_size):
        j = nd.array(indices[i : min(i + batch_size, n)], dtype="int64")
        yield features.take(j), labels.take(j)
