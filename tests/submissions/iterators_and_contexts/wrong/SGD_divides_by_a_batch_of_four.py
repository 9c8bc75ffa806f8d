"""Divides a mean once more."""


def SGD(params, lr):

    for param in params:
        param[:] = param - lr * param.grad / 4
