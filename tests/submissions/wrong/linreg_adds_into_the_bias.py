"""Adds to b itself, whenever the shapes allow it."""

from mxnet import nd


def linreg(X, w, b):
    if len(X) == 1:
        b += nd.dot(X, w).reshape((1,))
        return b.reshape((1, 1))
    return nd.dot(X, w) + b
