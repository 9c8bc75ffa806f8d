"""The loss is cut off from autograd."""

from mxnet import nd


def square_loss(yhat, y):

    return nd.mean((yhat - y) ** 2).detach()
