"""Shuffles the features and forgets the labels."""

import numpy as np


def data_iter(batch_size, features, labels):
    order = np.random.permutation(len(features)).tolist()
    for i in range(0, len(features), batch_size):
        yield features[order[i : i + batch_size]], labels[i : i + batch_size]
