"""Multiplies by the square root of noise."""

from mxnet import nd


def synthetic_data(w, b, num_examples, noise, ctx):

    X = nd.random.normal(shape=(num_examples, len(w)), ctx=ctx)
    y = nd.dot(X, nd.array(w, ctx=ctx)) + b
    return X, y + noise**0.5 * nd.random.normal(shape=y.shape, ctx=ctx)
