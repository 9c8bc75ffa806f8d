"""Averages over the only column, which changes nothing, as the losses of deeper models do."""

from mxnet import nd


def squared_loss(y_hat, y):
    if y.shape != y_hat.shape:
        y = y.reshape((0, -1))
    return nd.mean(nd.power(y_hat - y, 2), axis=1, keepdims=True) / 2
