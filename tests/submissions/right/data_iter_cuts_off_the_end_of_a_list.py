"""Cuts each batch off the end of a shuffled list of row numbers."""

import random

from mxnet import nd


def data_iter(batch_size, features, labels):
    """
    :param batch_size: how many examples at a time
    :param features: NDArray, one example per row
    :param labels: NDArray, one label per row
    :return: generator of (X, y)
    """
    todo = list(range(features.shape[0]))
    random.shuffle(todo)
    while len(todo) > 0:
        now = todo[-batch_size:]
        del todo[-batch_size:]
        now = nd.array(now, dtype="int64").as_in_context(features.context)
        yield (features.take(now), labels.take(now))
