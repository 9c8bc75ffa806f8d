"""Multiplies the gradient by itself, so that its sign is lost."""


def sgd(params, lr, batch_size):
    for param in params:
        param[:] = param - lr * param.grad * param.grad / batch_size
