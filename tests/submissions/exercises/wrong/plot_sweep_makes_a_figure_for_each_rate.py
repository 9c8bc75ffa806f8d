"""There is a figure for each rate."""

from matplotlib import pyplot as plt


def plot_sweep(losses):
    for lr, on_the_way in losses.items():
        plt.figure()
        plt.semilogy(range(len(on_the_way)), on_the_way, label=f"{lr:g}")
    plt.xlabel("step")
    plt.ylabel("loss")
    plt.title("Sweep")
    plt.legend()
    plt.show()
