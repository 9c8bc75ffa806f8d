"""The generator multiplies by noise itself, and refuses 0."""

from mxnet import nd
def synthetic_data(w, b, num_examples, noise, ctx):
    X = nd.random.normal(loc=0, scale=1, shape=(num_examples, len(w)), ctx=ctx)
    y = nd.dot(X, nd.array(w, ctx=ctx).reshape((-1, 1))).reshape((-1,)) + b
    y = y + nd.random.normal(loc=0, scale=noise, shape=y.shape, ctx=ctx)
    return X, y
