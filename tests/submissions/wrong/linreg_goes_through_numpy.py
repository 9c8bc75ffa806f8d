"""Computes in numpy and makes an NDArray of the result."""

from mxnet import nd


def linreg(X, w, b):
    y_hat = X.asnumpy() @ w.asnumpy() + b.asnumpy()
    return nd.array(y_hat, ctx=X.context, dtype=X.dtype)
