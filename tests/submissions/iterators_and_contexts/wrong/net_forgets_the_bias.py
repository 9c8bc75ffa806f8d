"""Leaves b out."""

from mxnet import nd


def net(X, w, b):

    return nd.dot(X, w)
