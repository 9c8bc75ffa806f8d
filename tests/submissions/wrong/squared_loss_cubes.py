"""Multiplies the error by itself once too often."""


def squared_loss(y_hat, y):
    return (y_hat - y.reshape(y_hat.shape)) ** 3 / 2
