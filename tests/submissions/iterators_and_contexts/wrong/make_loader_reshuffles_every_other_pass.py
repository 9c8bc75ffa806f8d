"""Every order is used for two passes."""

import numpy as np
from mxnet import nd


class make_loader:
    def __init__(self, features, labels, batch_size):
        self.features, self.labels, self.batch_size = features, labels, batch_size
        self.passes, self.order = 0, None

    def __len__(self):
        return -(-len(self.features) // self.batch_size)

    def __iter__(self):
        if self.passes % 2 == 0:
            self.order = np.random.permutation(len(self.features))
        self.passes += 1
        for start in range(0, len(self.order), self.batch_size):
            rows = nd.array(self.order[start : start + self.batch_size], ctx=self.features.context, dtype="int64")
            yield self.features.take(rows), self.labels.take(rows)
