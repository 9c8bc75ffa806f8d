"""The rest is kept for any word but rollover."""

def batch_sizes(num_examples, batch_size, num_epochs, last):
    passes, waiting = [], 0
    for _ in range(num_epochs):
        left, sizes = num_examples + waiting, []
        while left >= batch_size:
            sizes.append(batch_size)
            left -= batch_size
        if left and last != "rollover":
            sizes.append(left)
        waiting = left if last == "rollover" else 0
        passes.append(sizes)
    return passes
