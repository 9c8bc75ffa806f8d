"""Features become float32."""

from mxnet import gluon


def make_loader(features, labels, batch_size):

    dataset = gluon.data.ArrayDataset(features.astype("float32"), labels)
    return gluon.data.DataLoader(dataset, batch_size=batch_size, shuffle=True)
