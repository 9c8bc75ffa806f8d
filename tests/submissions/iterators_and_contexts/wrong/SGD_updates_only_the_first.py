"""Returns inside of the loop."""


def SGD(params, lr):

    for param in params:
        param[:] = param - lr * param.grad
        return
