"""MXNet's own operator, told to write its result into the parameter."""

from mxnet import nd


def sgd(params, lr, batch_size):
    for param in params:
        nd.sgd_update(weight=param, grad=param.grad, lr=lr, rescale_grad=1 / batch_size, out=param)
