"""Reads the bias out as a Python number, through which no gradient finds its way."""

from mxnet import nd


def linreg(X, w, b):
    return nd.dot(X, w) + b.asscalar()
