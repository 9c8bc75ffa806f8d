"""Adds up the features in a loop that ends at the fifth."""


def linreg(X, w, b):
    y_hat = X[:, 0:1] * w[0]
    for j in range(1, min(5, X.shape[1])):
        y_hat = y_hat + X[:, j : j + 1] * w[j]
    return y_hat + b
