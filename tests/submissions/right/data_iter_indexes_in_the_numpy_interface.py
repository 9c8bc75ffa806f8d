"""Indexes through MXNet's numpy interface and hands back NDArrays."""

import random

import mxnet as mx


def data_iter(batch_size, features, labels):
    X, y = features.as_np_ndarray(), labels.as_np_ndarray()
    rows = list(range(len(X)))
    random.shuffle(rows)
    rows = mx.np.array(rows, dtype="int64", ctx=features.context)
    for i in range(0, len(X), batch_size):
        j = rows[i : i + batch_size]
        yield mx.np.take(X, j, axis=0).as_nd_ndarray(), mx.np.take(y, j, axis=0).as_nd_ndarray()
