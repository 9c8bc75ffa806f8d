"""Puts the rate into an array of one number, made where the parameter lives and in its dtype."""

from mxnet import nd


def sgd(params, lr, batch_size):
    for param in params:
        rate = nd.array([lr / batch_size], ctx=param.context, dtype=param.dtype)
        param[:] = param - rate * param.grad
