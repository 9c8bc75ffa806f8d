"""Every batch counts the same."""

def epoch_loss(means, sizes):
    return sum(means) / len(means)
