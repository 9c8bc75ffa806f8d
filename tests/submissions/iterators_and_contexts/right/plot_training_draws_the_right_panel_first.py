"""The panel on the right is made before the one on the left."""

from matplotlib import pyplot as plt
def plot_training(losses, x, estimated, real, sample_size=100):
    plt.figure(figsize=(12, 4))
    plt.subplot(122)
    n = sample_size
    plt.plot(x[:n].asnumpy(), estimated[:n].asnumpy(), "o", label="estimated")
    plt.plot(x[:n].asnumpy(), real[:n].asnumpy(), "x", label="real")
    plt.legend()
    plt.title("labels")
    plt.subplot(121)
    plt.plot(list(range(1, len(losses) + 1)), losses)
    plt.title("loss")
    plt.show()
