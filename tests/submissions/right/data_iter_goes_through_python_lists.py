"""Turns everything into Python lists, zips and shuffles those, and makes NDArrays again."""

import random

from mxnet import nd


def data_iter(batch_size, features, labels):
    examples = list(zip(features.asnumpy().tolist(), labels.asnumpy().tolist()))
    random.shuffle(examples)
    while examples:
        batch, examples = examples[:batch_size], examples[batch_size:]
        X = [x for x, _ in batch]
        y = [label for _, label in batch]
        yield (nd.array(X, ctx=features.context, dtype=features.dtype),
               nd.array(y, ctx=labels.context, dtype=labels.dtype))
