"""The two-argument form of iter(): slices of an iterator until an empty one comes."""

from itertools import islice

import numpy as np
from mxnet import nd


def data_iter(batch_size, features, labels):
    order = iter(np.random.permutation(len(features)).tolist())
    for rows in iter(lambda: list(islice(order, batch_size)), []):
        index = nd.array([rows], ctx=features.context, dtype="int64")
        yield nd.gather_nd(features, index), nd.gather_nd(labels, index)
