"""The sum of squares is the product of a row and a column."""

from mxnet import nd
def square_loss(yhat, y):
    e = yhat - y.reshape(yhat.shape)
    return nd.dot(e.T, e).reshape((1,)) / yhat.shape[0]
