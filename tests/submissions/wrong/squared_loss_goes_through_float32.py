"""Computes in float32 and gives the result the dtype it should have, which brings no digits back."""


def squared_loss(y_hat, y):
    error = y_hat.astype("float32") - y.astype("float32").reshape(y_hat.shape)
    return (error**2 / 2).astype(y_hat.dtype)
