"""The root of the mean of squares."""

from mxnet import nd


def square_loss(yhat, y):

    return nd.sqrt(nd.mean((yhat - y) ** 2))
