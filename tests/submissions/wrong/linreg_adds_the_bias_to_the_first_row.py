"""Puts b where the first prediction is and nowhere else."""

from mxnet import nd


def linreg(X, w, b):
    y_hat = nd.dot(X, w)
    zeros = nd.zeros_like(y_hat[1:]) if len(X) > 1 else None
    first = b.reshape((1, 1))
    return y_hat + (first if zeros is None else nd.concat(first, zeros, dim=0))
