"""Steps in place, then puts copies into the list."""


def SGD(params, lr):

    for i, param in enumerate(params):
        param[:] = param - lr * param.grad
        params[i] = param.copy()
