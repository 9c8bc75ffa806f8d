"""Forgets a pair of brackets: lr / batch_size * grad became lr / (1 / batch_size) * grad."""


def sgd(params, lr, batch_size):
    for param in params:
        param[:] = param - lr / (1 / batch_size) * param.grad
