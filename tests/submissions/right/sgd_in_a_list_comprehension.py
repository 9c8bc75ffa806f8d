"""A list comprehension run for its effect, with a keyword argument of its own."""

from mxnet import autograd


def sgd(params, lr, batch_size, scale=1.0):
    with autograd.pause():
        [(p - scale * lr * p.grad / batch_size).copyto(p) for p in params]
