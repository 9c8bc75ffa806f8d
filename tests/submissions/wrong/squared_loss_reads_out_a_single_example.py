"""Has a short cut for a batch of one example, which goes through Python numbers."""

from mxnet import nd


def squared_loss(y_hat, y):
    if len(y_hat) == 1:
        error = float(y_hat.asnumpy()[0, 0]) - float(y.asnumpy().ravel()[0])
        return nd.array([[error**2 / 2]], ctx=y_hat.context, dtype=y_hat.dtype)
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2
