"""numpy knows weighted means."""

import numpy as np


def epoch_loss(means, sizes):
    return np.average(means, weights=sizes)
