"""Lets a generator remember where the pass is."""

import numpy as np
from mxnet import nd


class EpochIterator:
    def __init__(self, features, labels, batch_size):
        self.data = features, labels
        self.batch_size = batch_size
        self.reset()

    def reset(self):
        self.batches = self.one_pass()

    def one_pass(self):
        features, labels = self.data
        order = nd.array(np.random.permutation(len(features)), ctx=features.context, dtype="int64")
        X, y = features.take(order), labels.take(order)
        for start in range(0, len(features), self.batch_size):
            yield X[start : start + self.batch_size], y[start : start + self.batch_size]

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.batches)
