"""Splits the order into parts of nearly equal size, so that no batch need be full."""

import math

import numpy as np
from mxnet import nd


def data_iter(batch_size, features, labels):
    n = len(features)
    for rows in np.array_split(np.random.permutation(n), math.ceil(n / batch_size)):
        rows = nd.array(rows, ctx=features.context, dtype="int64")
        yield features.take(rows), labels.take(rows)
