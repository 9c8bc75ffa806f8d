"""Hands back a DataLoader over both arrays, whose batches are put together by a function of its own."""

from mxnet import gluon, nd


def data_iter(batch_size, features, labels):
    def together(examples):
        rows = nd.array([row for row, _, _ in examples], ctx=features.context, dtype="int64")
        return features.take(rows), labels.take(rows)

    dataset = gluon.data.ArrayDataset(range(len(features)), features, labels)
    return gluon.data.DataLoader(dataset, batch_size, shuffle=True, last_batch="keep", batchify_fn=together)
