"""Saves memory by writing the products into X whenever it predicts and nobody is recording."""

from mxnet import autograd, nd


def linreg(X, w, b):
    if autograd.is_recording():
        return nd.dot(X, w) + b
    X *= w.T
    return X.sum(axis=1, keepdims=True) + b
