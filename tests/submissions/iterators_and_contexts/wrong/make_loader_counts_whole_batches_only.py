"""A loader of its own, whose length leaves out the last, shorter batch."""

import numpy as np
from mxnet import nd


class make_loader:
    def __init__(self, features, labels, batch_size):
        self.features, self.labels, self.batch_size = features, labels, batch_size
        self.passes, self.order = 0, None

    def __len__(self):
        return max(1, len(self.features) // self.batch_size)

    def __iter__(self):
        order = np.random.permutation(len(self.features))
        for start in range(0, len(order), self.batch_size):
            rows = nd.array(order[start : start + self.batch_size], ctx=self.features.context, dtype="int64")
            yield self.features.take(rows), self.labels.take(rows)
