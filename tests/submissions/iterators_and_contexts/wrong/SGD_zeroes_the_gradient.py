"""Clears the gradients after the step."""


def SGD(params, lr):

    for param in params:
        param[:] = param - lr * param.grad
        param.grad[:] = 0
