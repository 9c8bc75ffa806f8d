"""Writes through the detached parameter, which shares its memory."""


def sgd(params, lr, batch_size):
    for p in params:
        p.detach()[:] -= lr * p.grad / batch_size
