"""Steps by the whole gradient."""


def SGD(params, lr):

    for param in params:
        param[:] = param - param.grad
