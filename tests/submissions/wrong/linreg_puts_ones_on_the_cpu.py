"""Spreads the bias over the rows with ones that live where MXNet makes arrays by default."""

from mxnet import nd


def linreg(X, w, b):
    ones = nd.ones((len(X), 1), dtype=X.dtype)
    return nd.dot(X, w) + nd.dot(ones, b.reshape((1, 1)))
