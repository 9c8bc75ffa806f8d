"""Multiplies the other way round, which gives the right numbers as a row."""

from mxnet import nd


def linreg(X, w, b):
    return nd.dot(w.T, X.T) + b
