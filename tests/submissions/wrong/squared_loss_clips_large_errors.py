"""Takes no error for larger than a thousand, to be safe from overflow."""

from mxnet import nd


def squared_loss(y_hat, y):
    error = nd.clip(y_hat - y.reshape(y_hat.shape), -1000, 1000)
    return error**2 / 2
