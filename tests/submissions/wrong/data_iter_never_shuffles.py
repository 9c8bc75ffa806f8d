"""Deals out the rows from the first to the last, the same way each time."""


def data_iter(batch_size, features, labels):
    n = len(features)
    for i in range(0, n, batch_size):
        yield features[i : i + batch_size], labels[i : i + batch_size]
