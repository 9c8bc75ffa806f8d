"""Cuts the product off from autograd."""

from mxnet import nd


def net(X, w, b):

    return nd.dot(X, w).detach() + b
