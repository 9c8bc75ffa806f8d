"""Two generators: one shuffles, the other only cuts, and yield from joins them."""

import numpy as np
from mxnet import nd


def in_order(batch_size, *arrays):
    """Batches of several arrays of the same length, from front to back."""
    n = len(arrays[0])
    for start in range(0, n, batch_size):
        stop = min(start + batch_size, n)
        yield tuple(nd.slice_axis(a, axis=0, begin=start, end=stop) for a in arrays)


def data_iter(batch_size, features, labels):
    perm = np.arange(len(features))
    np.random.shuffle(perm)
    perm = nd.array(perm, ctx=features.context, dtype='int64')
    yield from in_order(batch_size, features.take(perm), labels.take(perm))
