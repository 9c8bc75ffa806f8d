"""Divides in place, so that the caller finds another gradient than before."""


def sgd(params, lr, batch_size):
    for param in params:
        grad = param.grad
        grad /= batch_size
        param[:] = param - lr * grad
