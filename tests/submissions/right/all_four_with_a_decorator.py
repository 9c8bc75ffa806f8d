"""A decorator of its own prints how long every call took."""

import functools
import random
import time

from mxnet import nd


def timed(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        start = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            print(f"{function.__name__}: {1000 * (time.perf_counter() - start):.2f} ms")
    return wrapper


@timed
def data_iter(batch_size, features, labels):
    keys = [random.random() for _ in range(len(features))]
    order = sorted(range(len(keys)), key=keys.__getitem__)
    for i in range(0, len(order), batch_size):
        j = nd.array(order[i:i + batch_size], ctx=features.context, dtype='int64')
        yield features.take(j), labels.take(j)


@timed
def linreg(X, w, b):
    return nd.dot(X, w) + b


@timed
def squared_loss(y_hat, y):
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2


@timed
def sgd(params, lr, batch_size):
    for param in params:
        param[:] = param - lr * param.grad / batch_size
