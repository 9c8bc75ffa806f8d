"""Forgets the batch size: batches of one."""

from mxnet import gluon


def make_loader(features, labels, batch_size):

    return gluon.data.DataLoader(gluon.data.ArrayDataset(features, labels), batch_size=1, shuffle=True)
