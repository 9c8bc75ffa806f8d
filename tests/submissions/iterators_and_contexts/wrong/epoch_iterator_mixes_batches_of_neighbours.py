"""Rows next to each other stay in the same batch."""

import numpy as np
from mxnet import nd


class EpochIterator:
    def __init__(self, features, labels, batch_size):
        self.features, self.labels, self.batch_size = features, labels, batch_size
        self.reset()

    def reset(self):
        self.order = nd.array(self.blocks(), ctx=self.features.context, dtype="int64")
        self.start = 0

    def blocks(self):
        n, m = len(self.features), self.batch_size
        blocks = [np.arange(i, min(i + m, n)) for i in range(0, n - n % m, m)]
        np.random.shuffle(blocks)
        return np.concatenate([*blocks, np.arange(n - n % m, n)])

    def __iter__(self):
        return self

    def __next__(self):
        if self.start >= len(self.features):
            raise StopIteration
        rows = self.order[self.start : self.start + self.batch_size]
        self.start += self.batch_size
        return self.features.take(rows), self.labels.take(rows)
