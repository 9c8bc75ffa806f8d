"""Adds up without dividing."""

from mxnet import nd


def square_loss(yhat, y):

    return nd.sum((yhat - y) ** 2)
