"""One noise number is drawn and shared by all labels."""

from mxnet import nd


def synthetic_data(w, b, num_examples, noise, ctx):

    X = nd.random.normal(shape=(num_examples, len(w)), ctx=ctx)
    y = nd.dot(X, nd.array(w, ctx=ctx)) + b
    return X, y + noise * nd.random.normal(shape=(1,), ctx=ctx)
