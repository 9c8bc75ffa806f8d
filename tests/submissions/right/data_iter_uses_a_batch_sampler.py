"""Takes the samplers of Gluon without its DataLoader: they give lists of row numbers."""

from mxnet import nd
from mxnet.gluon.data import BatchSampler, RandomSampler


def data_iter(batch_size, features, labels):
    sampler = BatchSampler(RandomSampler(len(features)), batch_size, last_batch="keep")
    for rows in sampler:
        rows = nd.array(rows, dtype="int64", ctx=features.context)
        yield features.take(rows), labels.take(rows)
