"""Makes an array of the rate, where MXNet makes arrays by default."""

from mxnet import nd


def sgd(params, lr, batch_size):
    for param in params:
        rate = nd.array([lr / batch_size], dtype=param.dtype)
        param[:] = param - rate * param.grad
