"""Another default for sample_size."""

from matplotlib import pyplot as plt


def plot_training(losses, x, estimated, real, sample_size=10):
    _, (left, right) = plt.subplots(1, 2)
    left.plot(range(1, len(losses) + 1), losses)
    left.set_title("Loss during training")
    where = x[:sample_size].asnumpy()
    right.plot(where, estimated[:sample_size].asnumpy(), "o", label="estimated")
    right.plot(where, real[:sample_size].asnumpy(), "x", label="real")
    right.set_title("Estimated and real")
    right.legend()
    plt.show()
