"""The mean of absolute differences."""

from mxnet import nd


def square_loss(yhat, y):

    return nd.mean(nd.abs(yhat - y))
