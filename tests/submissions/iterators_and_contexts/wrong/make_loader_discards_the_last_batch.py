"""What does not fill a batch is left out."""

from mxnet import gluon


def make_loader(features, labels, batch_size):

    dataset = gluon.data.ArrayDataset(features, labels)
    return gluon.data.DataLoader(dataset, batch_size=batch_size, shuffle=True, last_batch="discard")
