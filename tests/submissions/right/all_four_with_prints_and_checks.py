"""Prints what it does and refuses arguments of the wrong kind."""

import random

from mxnet import nd


def data_iter(batch_size, features, labels):
    if not isinstance(features, nd.NDArray) or not isinstance(labels, nd.NDArray):
        raise TypeError("features and labels must be NDArrays")
    if batch_size < 1:
        raise ValueError("batch_size must be at least 1")
    n = features.shape[0]
    assert n == labels.shape[0], "as many labels as features"
    print("shuffling", n, "rows")
    order = [i for i in range(n)]
    random.shuffle(order)
    for first in range(0, n, batch_size):
        last = min(first + batch_size, n)
        print("batch with rows", first, "to", last)
        j = nd.array(order[first:last], ctx=features.context, dtype="int64")
        yield features.take(j), labels.take(j)


def linreg(X, w, b):
    assert X.shape[1] == w.shape[0], (X.shape, w.shape)
    print("X", X.shape, "w", w.shape, "b", b.shape)
    return nd.dot(X, w) + b


def squared_loss(y_hat, y):
    if y.size != y_hat.size:
        raise ValueError("one label per prediction, please")
    loss = (y_hat - y.reshape(y_hat.shape)) ** 2 / 2
    print("mean loss", loss.mean().asscalar())
    return loss


def sgd(params, lr, batch_size):
    for p in params:
        if p.grad is None:
            raise ValueError("call attach_grad first")
        before = p.copy()
        p -= lr * p.grad / batch_size
        print("moved by", nd.norm(p - before).asscalar())
