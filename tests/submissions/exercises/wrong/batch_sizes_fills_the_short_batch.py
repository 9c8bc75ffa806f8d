"""The short batch is counted as full."""

def batch_sizes(num_examples, batch_size, num_epochs, last):
    passes, waiting = [], 0
    for _ in range(num_epochs):
        left, sizes = num_examples + waiting, []
        while left >= batch_size:
            sizes.append(batch_size)
            left -= batch_size
        if left and last == "keep":
            sizes.append(batch_size)
        waiting = left if last == "rollover" else 0
        passes.append(sizes)
    return passes
