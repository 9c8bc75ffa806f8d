"""Neither a sum nor a mean."""

from mxnet import nd


def square_loss(yhat, y):

    return (yhat - y) ** 2
