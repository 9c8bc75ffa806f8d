"""Orders the rows by drawn numbers and walks through them with a while loop."""

import numpy as np
from mxnet import nd


def data_iter(batch_size, features, labels):
    order = np.random.rand(len(features)).argsort()
    order = nd.array(order, dtype=np.int64, ctx=features.ctx)
    i = 0
    while i < len(features):
        rows = order[i : i + batch_size]
        yield features.take(rows, axis=0), labels.take(rows, axis=0)
        i += batch_size
