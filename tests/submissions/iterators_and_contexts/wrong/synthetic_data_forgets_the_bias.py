"""Leaves b out of the labels."""

from mxnet import nd


def synthetic_data(w, b, num_examples, noise, ctx):

    X = nd.random.normal(shape=(num_examples, len(w)), ctx=ctx)
    y = nd.dot(X, nd.array(w, ctx=ctx))
    return X, y + noise * nd.random.normal(shape=y.shape, ctx=ctx)
