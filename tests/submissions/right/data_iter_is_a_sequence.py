"""A function that returns an object with a length and numbered batches, which a for loop understands too."""

import random

from mxnet import nd


class Batches:
    def __init__(self, batch_size, features, labels):
        order = random.sample(range(len(features)), len(features))
        self.features, self.labels = features, labels
        self.rows = [order[i : i + batch_size] for i in range(0, len(order), batch_size)]

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, number):
        rows = nd.array(self.rows[number], ctx=self.features.context, dtype="int64")
        return self.features.take(rows), self.labels.take(rows)


def data_iter(batch_size, features, labels):
    return Batches(batch_size, features, labels)
