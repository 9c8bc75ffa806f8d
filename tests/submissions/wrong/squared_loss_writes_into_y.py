"""Subtracts in place, from the labels of whoever called it."""


def squared_loss(y_hat, y):
    y = y.reshape(y_hat.shape)
    y -= y_hat
    return y**2 / 2
