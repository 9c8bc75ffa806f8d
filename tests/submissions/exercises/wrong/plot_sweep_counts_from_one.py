"""The first loss is drawn at step 1."""

from matplotlib import pyplot as plt


def plot_sweep(losses):
    plt.figure()
    for lr, on_the_way in losses.items():
        plt.semilogy(range(1, len(on_the_way) + 1), on_the_way, label=f"{lr:g}")
    plt.xlabel("step")
    plt.ylabel("loss")
    plt.title("Sweep")
    plt.legend()
    plt.show()
