"""Squares by multiplying with a copy that autograd does not see: the right loss, with half of its gradient."""

from mxnet import nd


def square_loss(yhat, y):
    error = yhat - y
    return nd.mean(error * error.detach())
