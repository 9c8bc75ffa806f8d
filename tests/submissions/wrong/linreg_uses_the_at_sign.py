"""Writes X @ w, which NDArrays do not understand."""


def linreg(X, w, b):
    return X @ w + b
