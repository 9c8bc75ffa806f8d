"""Steps along the gradient instead of against it."""


def SGD(params, lr):

    for param in params:
        param[:] = param + lr * param.grad
