"""Takes one random row number after the other out of a list until the list is empty."""

from random import randrange

from mxnet import nd


def data_iter(batch_size, features, labels):
    urn = [i for i in range(len(features))]
    batch = []
    while urn:
        batch.append(urn.pop(randrange(len(urn))))
        if len(batch) == batch_size or not urn:
            where = nd.array(batch, ctx=features.context, dtype="int64")
            batch = []
            yield features.take(where), labels.take(where)
