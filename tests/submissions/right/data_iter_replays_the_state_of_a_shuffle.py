"""Shuffles copies of features and labels one after the other, setting numpy's generator back in between."""

import numpy as np
from mxnet import nd


def data_iter(batch_size, features, labels):
    X, y = features.asnumpy(), labels.asnumpy()
    state = np.random.get_state()
    np.random.shuffle(X)
    np.random.set_state(state)  # the same draws again, so the same order
    np.random.shuffle(y)
    ctx = features.context
    for i in range(0, len(X), batch_size):
        yield nd.array(X[i:i + batch_size], ctx, X.dtype), nd.array(y[i:i + batch_size], ctx, y.dtype)
