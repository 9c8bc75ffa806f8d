"""Divides by the batch size, and again."""


def sgd(params, lr, batch_size):
    for param in params:
        mean = param.grad / batch_size
        param[:] = param - lr * mean / batch_size
