"""What waits is a batch of its own."""

def batch_sizes(num_examples, batch_size, num_epochs, last):
    full, rest = divmod(num_examples, batch_size)
    passes = []
    for i in range(num_epochs):
        sizes = [batch_size] * full
        if last == "keep" and rest:
            sizes = [*sizes, rest]
        if last == "rollover" and rest and i:
            sizes = [rest, *sizes]
        passes.append(sizes)
    return passes
