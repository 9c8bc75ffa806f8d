"""A class with __iter__ and __next__ that remembers how far it has come."""

import numpy as np
from mxnet import nd


class data_iter:
    def __init__(self, batch_size, features, labels):
        self.batch_size = batch_size
        self.features = features
        self.labels = labels
        self.n = features.shape[0]

    def __iter__(self):
        self.order = np.random.permutation(self.n)
        self.position = 0
        return self

    def __next__(self):
        if self.position >= self.n:
            raise StopIteration
        rows = self.order[self.position : self.position + self.batch_size]
        self.position += self.batch_size
        rows = nd.array(rows, ctx=self.features.context, dtype="int64")
        return nd.take(self.features, rows), nd.take(self.labels, rows)
