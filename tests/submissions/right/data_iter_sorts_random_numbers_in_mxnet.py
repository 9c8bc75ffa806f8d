"""Draws a random number for each row and has MXNet sort them, all where the data is."""

import mxnet as mx


def data_iter(batch_size, features, labels):
    n = features.shape[0]
    noise = mx.nd.random.uniform(shape=(n,), ctx=features.context)
    order = mx.nd.argsort(noise, dtype="int32")
    first = 0
    while first < n:
        last = first + batch_size
        if last > n:
            last = n
        rows = mx.nd.slice(order, begin=(first,), end=(last,))
        yield mx.nd.take(features, rows), mx.nd.take(labels, rows)
        first = last
