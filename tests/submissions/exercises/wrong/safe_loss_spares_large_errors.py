"""Beyond an error of 100 the loss grows only linearly."""

from mxnet import nd


def safe_loss(y_hat, y):
    if y.size != y_hat.size:
        raise ValueError("labels do not fit")
    e = nd.abs(y_hat - y.reshape(y_hat.shape))
    return nd.where(e <= 100, e**2 / 2, 100 * (e - 50))
