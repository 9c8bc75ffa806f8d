"""Deals out batch numbers to the rows of a shuffled copy and picks each batch with a boolean mask."""

import numpy as np
from mxnet import nd


def data_iter(batch_size, features, labels):
    n = len(features)
    deck = np.random.permutation(n)
    all_X, all_y = features.asnumpy()[deck], labels.asnumpy()[deck]
    batch_number = np.arange(n) // batch_size
    for number in np.unique(batch_number):
        mask = batch_number == number
        X, y = all_X[mask], all_y[mask]
        yield (nd.array(X, ctx=features.context, dtype=X.dtype), nd.array(y, ctx=labels.context, dtype=y.dtype))
