"""Gives the predictions the shape of the labels, where it should be the other way round."""


def squared_loss(y_hat, y):
    return (y_hat.reshape(y.shape) - y) ** 2 / 2
