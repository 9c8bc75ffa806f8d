"""Takes the rows in a new order once a pass, and cuts that into batches."""

import mxnet as mx
from mxnet import nd
class EpochIterator:
    def __init__(self, features, labels, batch_size):
        self.features, self.labels, self.batch_size = features, labels, batch_size
        self.reset()
    def reset(self):
        order = nd.random.shuffle(nd.arange(len(self.features), ctx=self.features.context))
        self.X = self.features.take(order)
        self.y = self.labels.take(order)
        self.batches = iter([(self.X[i : i + self.batch_size], self.y[i : i + self.batch_size]) for i in range(0, len(order), self.batch_size)])
    def __iter__(self):
        return self
    def __next__(self):
        return next(self.batches)
