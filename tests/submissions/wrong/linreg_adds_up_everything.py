"""Adds up over the rows as well as over the features."""

from mxnet import nd


def linreg(X, w, b):
    return nd.sum(X * w.T) + b
