"""The legend gets a list of rates; the lines have no labels."""

from matplotlib import pyplot as plt
def plot_sweep(losses):
    for lr in losses:
        plt.plot(losses[lr])
    plt.yscale("log")
    plt.legend([f"{lr:g}" for lr in losses])
    plt.xlabel("steps")
    plt.ylabel("loss")
    plt.title("sweep")
    plt.show()
