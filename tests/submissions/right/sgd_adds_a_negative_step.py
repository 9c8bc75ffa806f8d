"""Adds the step downhill instead of subtracting the gradient."""


def sgd(params, lr, batch_size):
    for param in params:
        downhill = -param.grad / batch_size
        param += lr * downhill
