"""Cuts the batches in numpy and makes arrays of them where MXNet makes arrays by default."""

import numpy as np
from mxnet import nd


def data_iter(batch_size, features, labels):
    X, y = features.asnumpy(), labels.asnumpy()
    order = np.random.permutation(len(X))
    for i in range(0, len(X), batch_size):
        rows = order[i : i + batch_size]
        yield nd.array(X[rows], dtype=features.dtype), nd.array(y[rows], dtype=labels.dtype)
