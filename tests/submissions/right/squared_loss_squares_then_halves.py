"""Multiplies nd.square by one half, with the labels in the shape of y_hat."""

from mxnet import nd


def squared_loss(y_hat, y):
    return nd.square(y_hat - nd.reshape(y, shape=y_hat.shape)) * 0.5
