"""Draws each batch without replacement from the row numbers that have not come yet."""

import numpy as np
from mxnet import nd


def data_iter(batch_size, features, labels):
    left = np.arange(features.shape[0])
    while left.size > 0:
        chosen = np.random.choice(left, size=min(batch_size, left.size), replace=False)
        left = np.setdiff1d(left, chosen)
        idx = nd.array(chosen, ctx=features.context, dtype="int64")
        yield features.take(idx), labels.take(idx)
