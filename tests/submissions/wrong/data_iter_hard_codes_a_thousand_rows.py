"""Takes it that there are a thousand rows, as in the notebook."""

import random

from mxnet import nd


def data_iter(batch_size, features, labels):
    num_examples = 1000
    order = list(range(num_examples))
    random.shuffle(order)
    for i in range(0, num_examples, batch_size):
        j = nd.array(order[i : min(i + batch_size, num_examples)], ctx=features.context, dtype="int64")
        yield features.take(j), labels.take(j)
