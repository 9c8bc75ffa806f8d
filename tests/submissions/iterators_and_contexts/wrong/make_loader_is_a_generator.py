"""A generator has no length and serves one pass only."""

import numpy as np
from mxnet import nd


def make_loader(features, labels, batch_size):
    order = np.random.permutation(len(features))
    for start in range(0, len(order), batch_size):
        rows = nd.array(order[start : start + batch_size], ctx=features.context, dtype="int64")
        yield features.take(rows), labels.take(rows)
