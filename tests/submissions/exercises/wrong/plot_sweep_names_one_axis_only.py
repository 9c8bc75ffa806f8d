"""The losses are not named."""

from matplotlib import pyplot as plt


def plot_sweep(losses):
    plt.figure()
    for lr, on_the_way in losses.items():
        plt.semilogy(range(len(on_the_way)), on_the_way, label=f"{lr:g}")
    plt.xlabel("step")
    plt.title("Sweep")
    plt.legend()
    plt.show()
