"""Examples are dealt out one by one."""

def batch_sizes(num_examples, batch_size, num_epochs, last):
    waiting, passes = [], []
    for _ in range(num_epochs):
        examples = waiting + list(range(num_examples))
        batches = [examples[i : i + batch_size] for i in range(0, len(examples), batch_size)]
        waiting = []
        if batches and len(batches[-1]) < batch_size and last != "keep":
            rest = batches.pop()
            waiting = rest if last == "rollover" else []
        passes.append([len(batch) for batch in batches])
    return passes
