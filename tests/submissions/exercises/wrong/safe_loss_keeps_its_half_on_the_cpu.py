"""The half is an array on the default device."""

from mxnet import nd
def safe_loss(y_hat, y):
    if y.size != y_hat.size:
        raise ValueError("no")
    return (y_hat - y.reshape(y_hat.shape)) ** 2 * nd.array([0.5])
