"""Takes the size of the error in place of its square."""

from mxnet import nd


def squared_loss(y_hat, y):
    return nd.abs(y_hat - y.reshape(y_hat.shape)) / 2
