"""The losses are not joined."""

from matplotlib import pyplot as plt


def plot_sweep(losses):
    plt.figure()
    for lr, on_the_way in losses.items():
        plt.semilogy(range(len(on_the_way)), on_the_way, linestyle="none", marker="o", label=f"{lr:g}")
    plt.xlabel("step")
    plt.ylabel("loss")
    plt.title("Sweep")
    plt.legend()
    plt.show()
