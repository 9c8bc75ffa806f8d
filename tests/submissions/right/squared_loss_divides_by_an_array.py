"""Divides by an array of twos made like the errors, so on their device and in their dtype."""

from mxnet import nd


def squared_loss(y_hat, y):
    error = nd.broadcast_sub(y_hat, y.reshape(y_hat.shape))
    return nd.broadcast_div(error**2, nd.ones_like(error) * 2)
