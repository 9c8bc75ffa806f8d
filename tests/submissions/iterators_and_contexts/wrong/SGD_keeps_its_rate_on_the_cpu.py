"""The learning rate is an array on the default context."""

from mxnet import nd


def SGD(params, lr):
    for param in params:
        rate = nd.array([lr], dtype=param.dtype)
        param[:] = param - param.grad * rate
