"""The labels are sorted and the lines are not."""

from matplotlib import pyplot as plt


def plot_sweep(losses):
    plt.figure()
    for lr, on_the_way in zip(sorted(losses), losses.values()):
        plt.semilogy(range(len(on_the_way)), on_the_way, label=f"{lr:g}")
    plt.xlabel("step")
    plt.ylabel("loss")
    plt.title("Sweep")
    plt.legend()
    plt.show()
