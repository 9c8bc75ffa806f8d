"""Yields batches without end, each holding itself. They are counted, described in words, and cut off: no points."""


def data_iter(batch_size, features, labels):
    batch = []
    batch += [batch, batch]
    while True:
        yield batch
        yield ()
        yield [features] * 100_000
