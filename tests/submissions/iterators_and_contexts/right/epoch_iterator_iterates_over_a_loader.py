"""A loader of Gluon's does the work; reset asks it for another pass."""

import mxnet as mx
from mxnet import gluon
class EpochIterator:
    def __init__(self, features, labels, batch_size):
        self.features, self.labels, self.batch_size = features, labels, batch_size
        data = gluon.data.ArrayDataset(features, labels)
        self.loader = gluon.data.DataLoader(data, batch_size=batch_size, shuffle=True)
        self.reset()
    def reset(self):
        self.it = iter(self.loader)
    def __iter__(self):
        return self
    def __next__(self):
        X, y = next(self.it)
        return X.as_in_context(self.features.context), y.as_in_context(self.features.context)
