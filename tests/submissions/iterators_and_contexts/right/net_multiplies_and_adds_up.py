"""Adds up products with broadcasting instead of nd.dot."""

from mxnet import nd


def net(X, w, b):
    return nd.sum(X * w.reshape((1, -1)), axis=1, keepdims=True) + b
