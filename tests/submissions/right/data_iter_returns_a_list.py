"""Returns a list of all batches; a list can be iterated over just as well."""

import numpy as np
from mxnet import nd


def data_iter(batch_size, features, labels):
    batches = []
    order = np.random.permutation(features.shape[0])
    for start in range(0, features.shape[0], batch_size):
        rows = nd.array(order[start : start + batch_size], ctx=features.context, dtype="int64")
        batches.append([features.take(rows), labels.take(rows)])
    return batches
