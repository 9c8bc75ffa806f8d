"""Makes a column of ones on the default context."""

from mxnet import nd


def net(X, w, b):

    return nd.dot(X, w) + nd.ones((len(X), 1), dtype=X.dtype) * b
