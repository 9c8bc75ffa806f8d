"""Computes in numpy and makes an NDArray of the result."""

from mxnet import nd


def squared_loss(y_hat, y):
    loss = (y_hat.asnumpy() - y.asnumpy().reshape(y_hat.shape)) ** 2 / 2
    return nd.array(loss, ctx=y_hat.context, dtype=y_hat.dtype)
