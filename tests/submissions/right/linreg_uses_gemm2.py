"""A matrix product from the linear algebra operators, and broadcast_add."""

from mxnet import nd


def linreg(X, w, b):
    return nd.broadcast_add(nd.linalg.gemm2(X, w), b.reshape((1, 1)))
