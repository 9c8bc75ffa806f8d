"""Every batch is taken to be as large as the first."""

def epoch_loss(means, sizes):
    return sum(m * s for m, s in zip(means, sizes)) / (sizes[0] * len(sizes))
