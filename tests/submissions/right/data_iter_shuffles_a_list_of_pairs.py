"""Makes a list of (x, label) pairs, shuffles it, and stacks the pairs of each batch again."""

import random

from mxnet import nd


def data_iter(batch_size, features, labels):
    pairs = list(zip(features, labels))
    random.shuffle(pairs)
    for i in range(0, len(pairs), batch_size):
        xs, ys = zip(*pairs[i : i + batch_size])
        X = nd.stack(*xs, axis=0)
        # one label is an array of shape (1,), whether labels are flat or a column
        y = nd.stack(*ys, axis=0).reshape((-1,) + labels.shape[1:])
        yield X, y
