"""Makes an array of the number one half, where MXNet makes arrays by default."""

from mxnet import nd


def squared_loss(y_hat, y):
    half = nd.array([0.5], dtype=y_hat.dtype)
    return half * (y_hat - y.reshape(y_hat.shape)) ** 2
