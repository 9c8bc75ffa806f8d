"""Builds the shuffling and the cutting into batches from their parts."""

from mxnet import gluon


def make_loader(features, labels, batch_size):
    rows = gluon.data.RandomSampler(len(features))
    batches = gluon.data.BatchSampler(rows, batch_size, last_batch="keep")
    return gluon.data.DataLoader(gluon.data.ArrayDataset(features, labels), batch_sampler=batches)
