"""Draws more than it has to: a line at the lowest loss, a legend on either side."""

import numpy as np
from matplotlib import pyplot as plt


def plot_training(losses, x, estimated, real, sample_size=100):
    fig, axes = plt.subplots(ncols=2)
    axes[0].plot(np.arange(len(losses)) + 1, np.array(losses), label="loss")
    axes[0].axhline(min(losses), linestyle=":", label="lowest")
    axes[0].legend()
    axes[0].set_title("Training")
    rows = slice(0, sample_size)
    axes[1].scatter(x[rows].asnumpy(), real[rows].asnumpy(), marker="x", label="what is real")
    axes[1].scatter(x[rows].asnumpy(), estimated[rows].asnumpy().reshape(-1), s=8, label="what is estimated")
    axes[1].legend()
    fig.suptitle("How it went")
    axes[1].set_title("Estimated and real")
    plt.show()
    plt.close(fig)
