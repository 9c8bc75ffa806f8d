"""Writes an einsum in the numpy interface of MXNet, on arrays that share memory and graph with the NDArrays."""

import mxnet as mx


def linreg(X, w, b):
    X, w, b = X.as_np_ndarray(), w.as_np_ndarray(), b.as_np_ndarray()
    return (mx.np.einsum("ij,jk->ik", X, w) + b).as_nd_ndarray()
