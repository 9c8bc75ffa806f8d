"""Returns labels of shape (n, 1)."""

from mxnet import nd


def synthetic_data(w, b, num_examples, noise, ctx):

    X = nd.random.normal(shape=(num_examples, len(w)), ctx=ctx)
    y = nd.dot(X, nd.array(w, ctx=ctx).reshape((-1, 1))) + b
    return X, y + noise * nd.random.normal(shape=y.shape, ctx=ctx)
