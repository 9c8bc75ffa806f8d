"""Pulls every parameter a little towards zero as well."""


def sgd(params, lr, batch_size):
    for param in params:
        param[:] = param - lr * (param.grad / batch_size + 0.01 * param)
