"""One panel above the other."""

from matplotlib import pyplot as plt
def plot_training(losses, x, estimated, real, sample_size=100):
    fig, (a, b) = plt.subplots(2, 1)
    a.plot(range(1, len(losses) + 1), losses); a.set_title("loss")
    n = sample_size
    b.scatter(x[:n].asnumpy(), estimated[:n].asnumpy(), label="estimated")
    b.scatter(x[:n].asnumpy(), real[:n].asnumpy(), label="real")
    b.legend(); b.set_title("labels"); plt.show()
