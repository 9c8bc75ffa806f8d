"""The sum over the examples is not divided."""

def epoch_loss(means, sizes):
    return sum(m * s for m, s in zip(means, sizes))
