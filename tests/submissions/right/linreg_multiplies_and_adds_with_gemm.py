"""One call of gemm, which multiplies and adds, after the bias has been made as tall as the predictions."""

from mxnet import nd


def linreg(X, w, b):
    bias = nd.broadcast_to(b.reshape((1, 1)), shape=(X.shape[0], 1))
    return nd.linalg.gemm(X, w, bias, alpha=1.0, beta=1.0)
