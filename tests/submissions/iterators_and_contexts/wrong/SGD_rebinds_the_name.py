"""Gives a name to the new values and leaves the arrays alone."""


def SGD(params, lr):

    for param in params:
        param = param - lr * param.grad
