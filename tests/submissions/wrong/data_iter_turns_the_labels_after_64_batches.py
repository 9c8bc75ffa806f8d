"""From the 65th batch on, hands out the labels of a batch in reverse."""

import numpy as np


def data_iter(batch_size, features, labels):
    n = len(features)
    order = np.random.permutation(n).tolist()
    X, y = features[order], labels[order]
    for k, i in enumerate(range(0, n, batch_size)):
        batch = y[i : i + batch_size]
        yield X[i : i + batch_size], batch if k < 64 else batch.flip(axis=0)
