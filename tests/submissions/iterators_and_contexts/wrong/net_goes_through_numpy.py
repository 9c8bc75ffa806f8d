"""Computes in numpy, where autograd cannot follow."""

from mxnet import nd


def net(X, w, b):
    return nd.array(X.asnumpy().dot(w.asnumpy()) + b.asnumpy(), ctx=X.context, dtype=X.dtype)
