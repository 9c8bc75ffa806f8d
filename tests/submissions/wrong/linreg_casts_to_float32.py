"""Makes float32 of its arguments, to be on the safe side."""

from mxnet import nd


def linreg(X, w, b):
    return nd.dot(X.astype("float32"), w.astype("float32")) + b.astype("float32")
