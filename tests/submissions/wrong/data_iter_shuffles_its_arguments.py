"""Writes the shuffled rows back into the arrays of whoever called it."""

import numpy as np


def data_iter(batch_size, features, labels):
    order = np.random.permutation(len(features)).tolist()
    features[:] = features[order]
    labels[:] = labels[order]
    for i in range(0, len(features), batch_size):
        yield features[i : i + batch_size], labels[i : i + batch_size]
