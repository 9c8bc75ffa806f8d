"""The legend belongs to the figure."""

from matplotlib import pyplot as plt
def plot_training(losses, x, estimated, real, sample_size=100):
    fig, (fg1, fg2) = plt.subplots(1, 2)
    fg1.set_title('Loss during training')
    fg1.plot(range(1, len(losses) + 1), losses, '-r')
    fg2.set_title('Estimated vs real function')
    fg2.plot(x[:sample_size].asnumpy(), estimated[:sample_size].asnumpy(), 'or', label='Estimated')
    fg2.plot(x[:sample_size].asnumpy(), real[:sample_size].asnumpy(), '*g', label='Real')
    fig.legend()
    plt.show()
