"""A class with a length and a generator for its passes."""

import random

from mxnet import nd


class make_loader:
    def __init__(self, features, labels, batch_size):
        self.features, self.labels, self.batch_size = features, labels, batch_size

    def __len__(self):
        return (len(self.features) + self.batch_size - 1) // self.batch_size

    def __iter__(self):
        rows = list(range(len(self.features)))
        random.shuffle(rows)
        for i in range(len(self)):
            some = nd.array(
                rows[i * self.batch_size : (i + 1) * self.batch_size], ctx=self.features.context, dtype="int64"
            )
            yield self.features.take(some), self.labels.take(some)
