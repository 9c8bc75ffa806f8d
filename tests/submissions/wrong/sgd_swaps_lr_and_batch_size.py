"""Has its arguments in another order than everybody who calls it."""


def sgd(params, batch_size, lr):
    for param in params:
        param[:] = param - lr * param.grad / batch_size
