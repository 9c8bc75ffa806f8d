"""Shuffles a Python list with the random module and takes one batch at a time."""

import random

from mxnet import nd


def data_iter(batch_size, features, labels):
    num_examples = len(features)
    indices = list(range(num_examples))
    random.shuffle(indices)
    for i in range(0, num_examples, batch_size):
        j = nd.array(indices[i : min(i + batch_size, num_examples)], dtype="int32", ctx=features.context)
        yield features.take(j), labels.take(j)
