"""Computes the prediction and keeps it."""

from mxnet import nd


def linreg(X, w, b):
    y_hat = nd.dot(X, w) + b
