"""Computes in numpy and writes the result back through the slice."""


def sgd(params, lr, batch_size):
    for param in params:
        value = param.asnumpy()
        gradient = param.grad.asnumpy() / batch_size
        param[:] = value - lr * gradient
