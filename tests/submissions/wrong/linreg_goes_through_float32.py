"""Computes in float32 and gives the result the dtype it should have, which brings no digits back."""

from mxnet import nd


def linreg(X, w, b):
    y_hat = nd.dot(X.astype("float32"), w.astype("float32")) + b.astype("float32")
    return y_hat.astype(X.dtype)
