"""The logarithms are drawn in place of a logarithmic scale."""

import math

from matplotlib import pyplot as plt


def plot_sweep(losses):
    plt.figure()
    for lr, on_the_way in losses.items():
        plt.plot(range(len(on_the_way)), [math.log10(loss) for loss in on_the_way], label=f"{lr:g}")
    plt.xlabel("step")
    plt.ylabel("loss")
    plt.title("Sweep")
    plt.legend()
    plt.show()
