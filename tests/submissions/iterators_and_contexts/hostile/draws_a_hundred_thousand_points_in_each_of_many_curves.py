"""Draws far more than anybody could look at.

What one play may bring back is bounded: the curves that are too many are left out.
"""

import numpy as np
from matplotlib import pyplot as plt


def plot_training(losses, x, estimated, real, sample_size=100):
    _, axes = plt.subplots(1, 2)
    for ax in axes:
        for _ in range(300):
            ax.plot(np.zeros(100_000))
    plt.show()
