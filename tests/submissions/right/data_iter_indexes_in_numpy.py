"""Cuts the batches in numpy and turns each back into an NDArray, naming context and dtype."""

import numpy as np
from mxnet import nd


def data_iter(batch_size, features, labels):
    all_X, all_y = features.asnumpy(), labels.asnumpy()
    rows = np.arange(len(all_X))
    np.random.shuffle(rows)
    for i in range(0, len(rows), batch_size):
        some = rows[i : i + batch_size]
        X = nd.array(all_X[some], ctx=features.context, dtype=features.dtype)
        y = nd.array(all_y[some], ctx=labels.context, dtype=labels.dtype)
        yield X, y
