"""Makes an empty batch of the right size and copies one example after the other into it."""

import numpy as np
from mxnet import nd


def data_iter(batch_size, features, labels):
    n = features.shape[0]
    order = np.random.permutation(n).tolist()
    for start in range(0, n, batch_size):
        rows = order[start:start + batch_size]
        X = nd.empty((len(rows), *features.shape[1:]), ctx=features.context, dtype=features.dtype)
        y = nd.empty((len(rows), *labels.shape[1:]), ctx=labels.context, dtype=labels.dtype)
        for place, row in enumerate(rows):
            features[row:row + 1].copyto(X[place:place + 1])
            labels[row:row + 1].copyto(y[place:place + 1])
        yield X, y
