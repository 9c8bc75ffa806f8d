"""Puts labels beside the flattened features in one table, so that shuffling its rows cannot part them."""

from mxnet import nd


def data_iter(batch_size, features, labels):
    n = len(features)
    table = nd.concat(features.reshape((n, -1)), labels.reshape((n, -1)), dim=1)
    table = nd.random.shuffle(table)
    X = table[:, :-1].reshape(features.shape)
    y = table[:, -1].reshape(labels.shape)
    for i in range(0, n, batch_size):
        yield X[i : i + batch_size], y[i : i + batch_size]
