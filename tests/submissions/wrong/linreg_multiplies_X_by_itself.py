"""Multiplies X by its own transpose."""

from mxnet import nd


def linreg(X, w, b):
    return nd.dot(X, X.T) + b
