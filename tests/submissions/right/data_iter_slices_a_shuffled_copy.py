"""Makes one shuffled copy of everything by indexing with a list, then deals out slices of it."""

import numpy as np


def data_iter(batch_size, features, labels):
    order = np.random.permutation(len(features)).tolist()
    mixed_X = features[order]
    mixed_y = labels[order]
    for i in range(0, len(features), batch_size):
        yield mixed_X[i : i + batch_size], mixed_y[i : i + batch_size]
