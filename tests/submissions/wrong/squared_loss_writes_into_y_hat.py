"""Subtracts in place, from the predictions of whoever called it."""


def squared_loss(y_hat, y):
    y_hat -= y.reshape(y_hat.shape)
    return y_hat**2 / 2
