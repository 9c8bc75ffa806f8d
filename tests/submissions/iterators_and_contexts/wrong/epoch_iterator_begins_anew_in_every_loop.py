"""Resets in __iter__, so that every for loop sees all the data."""

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
        self.reset()
        return self

    def __next__(self):
        if self.start >= len(self.features):
            raise StopIteration
        rows = self.order[self.start : self.start + self.batch_size]
        self.start += self.batch_size
        return self.features.take(rows), self.labels.take(rows)
