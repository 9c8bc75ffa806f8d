"""Starts over at the end of the data, as some training loops want it."""

import numpy as np


def data_iter(batch_size, features, labels):
    while True:
        order = np.random.permutation(len(features)).tolist()
        for i in range(0, len(order), batch_size):
            yield features[order[i : i + batch_size]], labels[order[i : i + batch_size]]
