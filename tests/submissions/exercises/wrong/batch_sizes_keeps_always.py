"""The word is not looked at."""

def batch_sizes(num_examples, batch_size, num_epochs, last):
    passes, waiting = [], 0
    for _ in range(num_epochs):
        left, sizes = num_examples + waiting, []
        while left >= batch_size:
            sizes.append(batch_size)
            left -= batch_size
        if left:
            sizes.append(left)
        waiting = 0
        passes.append(sizes)
    return passes
