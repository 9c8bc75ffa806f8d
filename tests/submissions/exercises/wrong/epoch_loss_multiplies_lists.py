"""Lists are multiplied as if they were arrays."""

def epoch_loss(means, sizes):
    return sum(means * sizes) / sum(sizes)
