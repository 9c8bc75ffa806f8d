"""Tells the two shapes of labels apart and adds the missing dimension."""


def squared_loss(y_hat, y):
    if y.ndim == 1:
        y = y.expand_dims(axis=1)
    error = y - y_hat
    return error * error / 2
