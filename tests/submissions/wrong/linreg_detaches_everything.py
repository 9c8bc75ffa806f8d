"""Gives back predictions that autograd has lost sight of."""

from mxnet import nd


def linreg(X, w, b):
    return (nd.dot(X, w) + b).detach()
