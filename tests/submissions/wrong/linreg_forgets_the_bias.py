"""Leaves out b."""

from mxnet import nd


def linreg(X, w, b):
    return nd.dot(X, w)
