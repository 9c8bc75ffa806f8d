"""Leaves b out of the list of arguments."""

from mxnet import nd


def linreg(X, w):
    return nd.dot(X, w)
