"""Takes row numbers off a shuffled list until none is left."""

import random

from mxnet import nd


class EpochIterator:
    def __init__(self, features, labels, batch_size):
        self.features, self.labels, self.batch_size, self.left = features, labels, batch_size, []
        self.reset()

    def reset(self):
        self.left = random.sample(range(self.features.shape[0]), self.features.shape[0])

    def __iter__(self):
        return self

    def __next__(self):
        if self.left == []:
            raise StopIteration()
        rows = [self.left.pop() for _ in range(min(self.batch_size, len(self.left)))]
        X = nd.concat(*[self.features[i : i + 1] for i in rows], dim=0)
        y = nd.concat(*[self.labels[i : i + 1] for i in rows], dim=0)
        return X, y
