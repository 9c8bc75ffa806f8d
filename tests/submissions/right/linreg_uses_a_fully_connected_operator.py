"""The operator behind a dense layer, which wants the weights as rows."""

from mxnet import nd


def linreg(X, w, b):
    return nd.FullyConnected(data=X, weight=w.T, bias=b, num_hidden=1)
