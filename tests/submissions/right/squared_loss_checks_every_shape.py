"""Checks both shapes first and says what is wrong with them."""

from mxnet import nd


def squared_loss(y_hat, y):
    """0.5 * (y_hat - y)^2, elementwise"""
    n = len(y_hat)
    if y_hat.shape != (n, 1):
        raise ValueError(f"y_hat must be a column, not {y_hat.shape}")
    if y.shape == (n,):
        y = nd.expand_dims(y, axis=-1)
    elif y.shape != (n, 1):
        raise ValueError(f"{n} predictions, but labels of shape {y.shape}")
    residual = nd.subtract(y, y_hat)
    return nd.multiply(residual, residual) / 2.0
