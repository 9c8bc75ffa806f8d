"""Puts a column of ones beside X and the bias below w, so that one product does everything."""

from mxnet import nd


def linreg(X, w, b):
    ones = nd.ones((X.shape[0], 1), ctx=X.context, dtype=X.dtype)
    return nd.dot(nd.concat(X, ones, dim=1), nd.concat(w, b.reshape((1, 1)), dim=0))
