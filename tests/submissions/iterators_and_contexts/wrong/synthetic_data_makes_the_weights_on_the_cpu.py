"""The array of weights lives on the default context."""

from mxnet import nd


def synthetic_data(w, b, num_examples, noise, ctx):

    X = nd.random.normal(shape=(num_examples, len(w)), ctx=ctx)
    y = nd.dot(X, nd.array(w)) + b
    return X, y + noise * nd.random.normal(shape=y.shape, ctx=ctx)
