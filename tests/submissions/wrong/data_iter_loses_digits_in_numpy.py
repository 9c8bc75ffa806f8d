"""Cuts the batches in numpy and comes back with nd.array, which makes float32 of everything."""

import numpy as np
from mxnet import nd


def data_iter(batch_size, features, labels):
    X, y = features.asnumpy(), labels.asnumpy()
    order = np.random.permutation(len(X))
    for i in range(0, len(X), batch_size):
        rows = order[i : i + batch_size]
        yield nd.array(X[rows], ctx=features.context), nd.array(y[rows], ctx=labels.context)
