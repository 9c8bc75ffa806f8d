"""The first batch holds what is left over."""

import numpy as np
from mxnet import nd


class EpochIterator:
    def __init__(self, features, labels, batch_size):
        self.features, self.labels, self.batch_size = features, labels, batch_size
        self.reset()

    def reset(self):
        self.order = nd.array(np.random.permutation(len(self.features)), ctx=self.features.context, dtype="int64")
        self.start = 0

    def __iter__(self):
        return self

    def __next__(self):
        if self.start >= len(self.features):
            raise StopIteration
        n = len(self.features)
        size = (n % self.batch_size or self.batch_size) if self.start == 0 else self.batch_size
        rows = self.order[self.start : self.start + size]
        self.start += size
        return self.features.take(rows), self.labels.take(rows)
