"""Takes X off the graph, since training has no use for its gradient."""

from mxnet import nd


def linreg(X, w, b):
    return nd.dot(X.detach(), w) + b
