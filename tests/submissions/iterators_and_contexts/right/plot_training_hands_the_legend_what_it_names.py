"""The legend gets what was drawn and the words, in another order than they were drawn."""

from matplotlib import pyplot as plt
def plot_training(losses, x, estimated, real, sample_size=100):
    fig, ax = plt.subplots(1, 2, figsize=(12, 4))
    ax[0].plot(range(1, len(losses) + 1), losses)
    ax[0].set_title("loss")
    a = ax[1].scatter(x[:sample_size].asnumpy(), estimated[:sample_size].asnumpy())
    b = ax[1].scatter(x[:sample_size].asnumpy(), real[:sample_size].asnumpy())
    ax[1].legend((b, a), ("real", "estimated"))
    ax[1].set_title("labels")
    plt.show()
