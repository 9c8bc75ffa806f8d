"""The legend numbers the lines."""

from matplotlib import pyplot as plt


def plot_sweep(losses):
    plt.figure()
    for i, on_the_way in enumerate(losses.values()):
        plt.semilogy(range(len(on_the_way)), on_the_way, label=f"line {chr(97 + i)}")
    plt.xlabel("step")
    plt.ylabel("loss")
    plt.title("Sweep")
    plt.legend()
    plt.show()
