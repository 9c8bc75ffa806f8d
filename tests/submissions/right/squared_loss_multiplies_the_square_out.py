"""Multiplies the square out, which is right, if less exact where the terms cancel."""


def squared_loss(y_hat, y):
    y = y.reshape(y_hat.shape)
    return 0.5 * y_hat * y_hat - y_hat * y + 0.5 * y * y
