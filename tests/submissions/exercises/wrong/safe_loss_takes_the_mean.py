"""The losses are averaged."""

from mxnet import nd


def safe_loss(y_hat, y):
    if y.size != y_hat.size:
        raise ValueError("labels do not fit")
    return nd.mean((y_hat - y.reshape(y_hat.shape)) ** 2 / 2)
