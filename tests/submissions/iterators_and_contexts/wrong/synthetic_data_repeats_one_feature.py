"""All the columns of X are the same numbers."""

from mxnet import nd


def synthetic_data(w, b, num_examples, noise, ctx):

    X = nd.random.normal(shape=(num_examples, 1), ctx=ctx).broadcast_to((num_examples, len(w)))
    y = nd.dot(X, nd.array(w, ctx=ctx)) + b
    return X, y + noise * nd.random.normal(shape=y.shape, ctx=ctx)
