"""Subplots by number, a logarithmic axis and small circles; nothing is shown explicitly."""

from matplotlib import pyplot as plt


def plot_training(losses, x, estimated, real, sample_size=100):
    n = sample_size
    plt.figure(figsize=(8, 3))
    plt.subplot(1, 2, 1)
    plt.semilogy([i + 1 for i in range(len(losses))], losses, "-r")
    plt.title("Loss during training")
    plt.subplot(1, 2, 2)
    plt.plot(x.asnumpy()[:n], estimated.asnumpy()[:n], "or", label="Estimated")
    plt.plot(x.asnumpy()[:n], real.asnumpy()[:n], "*g", label="Real")
    plt.legend(loc="best")
    plt.title("Estimated vs real")
