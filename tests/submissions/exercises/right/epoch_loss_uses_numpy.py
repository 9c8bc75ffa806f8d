"""A weighted mean of numpy's."""

import numpy as np


def epoch_loss(means, sizes):
    return np.average(means, weights=sizes)
