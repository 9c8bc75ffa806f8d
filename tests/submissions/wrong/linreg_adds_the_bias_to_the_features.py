"""Adds b before the product."""

from mxnet import nd


def linreg(X, w, b):
    return nd.dot(X + b, w)
