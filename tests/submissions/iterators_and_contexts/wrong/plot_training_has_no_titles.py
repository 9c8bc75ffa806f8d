"""Both panels lack a title."""

from matplotlib import pyplot as plt


def plot_training(losses, x, estimated, real, sample_size=100):
    figure, (left, right) = plt.subplots(1, 2)
    left.plot(range(1, len(losses) + 1), losses, "-")
    where = x[:sample_size].asnumpy()
    right.plot(where, estimated[:sample_size].asnumpy(), "o", label="estimated")
    right.plot(where, real[:sample_size].asnumpy(), "x", label="real")
    right.legend()
    plt.show()
