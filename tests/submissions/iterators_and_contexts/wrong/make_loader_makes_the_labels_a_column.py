"""Labels come as a column."""

from mxnet import gluon


def make_loader(features, labels, batch_size):

    dataset = gluon.data.ArrayDataset(features, labels.reshape((-1, 1)))
    return gluon.data.DataLoader(dataset, batch_size=batch_size, shuffle=True)
