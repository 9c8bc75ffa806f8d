"""All lines are as long as the first."""

from matplotlib import pyplot as plt


def plot_sweep(losses):
    steps = range(len(next(iter(losses.values()))))
    for lr in losses:
        plt.semilogy(range(len(losses[lr]))[: len(steps)], losses[lr][: len(steps)], label=f"{lr:g}")
    plt.legend()
    plt.xlabel("step")
    plt.ylabel("loss")
    plt.title("A sweep")
    plt.show()
