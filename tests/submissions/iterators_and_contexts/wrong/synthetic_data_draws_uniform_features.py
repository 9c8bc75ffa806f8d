"""Features are uniform with mean 0 and variance 1."""

from mxnet import nd


def synthetic_data(w, b, num_examples, noise, ctx):

    X = nd.random.uniform(-(3**0.5), 3**0.5, shape=(num_examples, len(w)), ctx=ctx)
    y = nd.dot(X, nd.array(w, ctx=ctx)) + b
    return X, y + noise * nd.random.normal(shape=y.shape, ctx=ctx)
