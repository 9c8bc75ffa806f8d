"""Calls figure before subplots, which makes a figure that nothing is drawn into."""

from matplotlib import pyplot as plt
def plot_training(losses, x, estimated, real, sample_size=100):
    plt.figure(figsize=(12, 4))
    fig, (fg1, fg2) = plt.subplots(1, 2)
    xs = list(range(1, len(losses) + 1))
    fg1.set_title('Loss during training')
    fg1.plot(xs, losses, '-r')
    fg2.set_title('Estimated vs real function')
    fg2.plot(x[:sample_size].asnumpy(), estimated[:sample_size].asnumpy(), 'or', label='Estimated')
    fg2.plot(x[:sample_size].asnumpy(), real[:sample_size].asnumpy(), '*g', label='Real')
    fg2.legend()
    plt.show()
