"""Where nothing is left, a batch of nothing is kept."""

def batch_sizes(num_examples, batch_size, num_epochs, last):
    passes, waiting = [], 0
    for _ in range(num_epochs):
        left, sizes = num_examples + waiting, []
        while left >= batch_size:
            sizes.append(batch_size)
            left -= batch_size
        if last == "keep":
            sizes.append(left)
        waiting = left if last == "rollover" else 0
        passes.append(sizes)
    return passes
