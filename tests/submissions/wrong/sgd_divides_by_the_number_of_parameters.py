"""Divides by the length of the list."""


def sgd(params, lr, batch_size):
    for param in params:
        param[:] = param - lr * param.grad / len(params)
