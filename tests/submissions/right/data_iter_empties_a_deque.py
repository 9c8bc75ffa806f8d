"""Puts the shuffled row numbers into a deque and serves from its left end."""

from collections import deque

import numpy as np
from mxnet import nd


def data_iter(batch_size, features, labels):
    queue = deque(np.random.permutation(len(labels)).tolist())
    while queue:
        served = [queue.popleft() for _ in range(min(batch_size, len(queue)))]
        served = nd.array(served, ctx=features.context, dtype='int64')
        yield nd.take(features, served, axis=0), nd.take(labels, served, axis=0)
