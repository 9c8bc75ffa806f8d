"""The model and its loss are there; reading the data and stepping are not."""

from mxnet import nd


def data_iter(batch_size, features, labels):
    raise NotImplementedError()


def linreg(X, w, b):
    return nd.dot(X, w) + b


def squared_loss(y_hat, y):
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2


def sgd(params, lr, batch_size):
    raise NotImplementedError()
