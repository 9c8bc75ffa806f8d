"""Takes w for a vector, whose product with X is flat, and gives it its column back."""

from mxnet import nd


def linreg(X, w, b):
    w_vec = w.reshape((-1,))
    y_hat = nd.dot(X, w_vec) + b
    return y_hat.reshape((-1, 1))
