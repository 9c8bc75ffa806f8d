"""Takes batch_size for the number of batches."""

import numpy as np


def data_iter(batch_size, features, labels):
    order = np.random.permutation(len(features)).tolist()
    X, y = features[order], labels[order]
    size = -(-len(features) // batch_size)
    for i in range(0, len(features), size):
        yield X[i : i + size], y[i : i + size]
