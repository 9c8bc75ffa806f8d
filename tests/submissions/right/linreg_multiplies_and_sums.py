"""Broadcasts the weights over the rows and sums over the features, keeping the column."""


def linreg(X, w, b):
    weighted = X * w.reshape((1, -1))
    return weighted.sum(axis=1, keepdims=True) + b
