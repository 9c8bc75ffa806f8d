"""MXNet's optimizer class, made anew for each step."""

import mxnet as mx


def sgd(params, lr, batch_size):
    optimizer = mx.optimizer.SGD(learning_rate=lr, rescale_grad=1.0 / batch_size)
    for index, param in enumerate(params):
        optimizer.update(index, param, param.grad, optimizer.create_state(index, param))
