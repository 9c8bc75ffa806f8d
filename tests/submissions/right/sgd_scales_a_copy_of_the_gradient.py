"""Scales the gradient in place, but a copy of it."""


def sgd(params, lr, batch_size):
    for param in params:
        g = param.grad.copy()
        g /= batch_size
        g *= lr
        param -= g
