"""Takes no entry of a gradient for larger than a thousand."""

from mxnet import nd


def sgd(params, lr, batch_size):
    for param in params:
        param[:] = param - lr * nd.clip(param.grad, -1000, 1000) / batch_size
