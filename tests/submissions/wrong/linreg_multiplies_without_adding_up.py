"""Multiplies each feature by its weight and leaves it at that."""


def linreg(X, w, b):
    return X * w.T + b
