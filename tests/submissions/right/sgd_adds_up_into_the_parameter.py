"""Adds up the parameter and its step with add_n, the parameter being the place for the sum."""

from mxnet import nd


def sgd(params, lr, batch_size):
    for w in params:
        nd.add_n(w, w.grad * (-lr / batch_size), out=w)
