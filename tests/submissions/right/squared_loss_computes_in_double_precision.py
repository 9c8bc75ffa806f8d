"""Computes in float64 and casts the losses back to the dtype of y_hat."""


def squared_loss(y_hat, y):
    difference = y_hat.astype("float64") - y.astype("float64").reshape(y_hat.shape)
    return (0.5 * difference ** 2).astype(y_hat.dtype)
