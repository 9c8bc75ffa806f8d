"""Axes, markers and longer labels."""

from matplotlib import pyplot as plt


def plot_sweep(losses):
    figure, ax = plt.subplots(figsize=(8, 5))
    for lr in sorted(losses):
        ax.plot(losses[lr], "o-", label=f"learning rate {lr:g}")
    ax.set_yscale("log")
    ax.set(xlabel="steps taken", ylabel="mean loss", title="A sweep over learning rates")
    ax.legend(title="rates")
    plt.show()
