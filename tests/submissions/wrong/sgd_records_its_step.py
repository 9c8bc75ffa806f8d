"""Records the step and so writes into a variable of the graph."""

from mxnet import autograd


def sgd(params, lr, batch_size):
    with autograd.record():
        for param in params:
            param -= lr * param.grad / batch_size
