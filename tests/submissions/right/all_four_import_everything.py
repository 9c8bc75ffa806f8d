"""Imports everything from everywhere, so that some of Python's own names mean something else."""

from random import *

from numpy import *
from mxnet import *
from mxnet.ndarray import *


def data_iter(batch_size, features, labels):
    n = features.shape[0]
    perm = array(sample(range(n), n), ctx=features.context, dtype="int64")
    for i in range(0, n, batch_size):
        yield take(features, perm[i:i + batch_size]), take(labels, perm[i:i + batch_size])


def linreg(X, w, b):
    return broadcast_add(dot(X, w), b)


def squared_loss(y_hat, y):
    return square(y_hat - reshape(y, shape=y_hat.shape)) / 2


def sgd(params, lr, batch_size):
    for p in params:
        p -= lr * p.grad / batch_size
