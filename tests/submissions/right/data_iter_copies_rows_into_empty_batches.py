"""Makes an empty numpy array of the right size for each batch and copies one example after the other into it."""

import numpy as np
from mxnet import nd


def data_iter(batch_size, features, labels):
    all_X, all_y = features.asnumpy(), labels.asnumpy()
    n = all_X.shape[0]
    order = np.random.permutation(n)
    for start in range(0, n, batch_size):
        rows = order[start:start + batch_size]
        X = np.empty((len(rows), *all_X.shape[1:]), dtype=all_X.dtype)
        y = np.empty((len(rows), *all_y.shape[1:]), dtype=all_y.dtype)
        for place, row in enumerate(rows):
            X[place] = all_X[row]
            y[place] = all_y[row]
        yield nd.array(X, ctx=features.context, dtype=X.dtype), nd.array(y, ctx=features.context, dtype=y.dtype)
