"""Forgets the loader around the dataset."""

from mxnet import gluon


def make_loader(features, labels, batch_size):

    return gluon.data.ArrayDataset(features, labels)
