"""MXNet's own iterator does the work; what it fills the last batch up with is cut off."""

import mxnet as mx


class EpochIterator:
    def __init__(self, features, labels, batch_size):
        self.n, self.batch_size = len(features), batch_size
        self.data = features, labels
        self.inner = None
        self.reset()

    def reset(self):
        # A new one for each pass: a reset would carry on where the filling up of the last batch ended.
        features, labels = self.data
        batch_size = min(self.batch_size, self.n)
        self.inner = mx.io.NDArrayIter(features, labels, batch_size, shuffle=True)

    def __iter__(self):
        return self

    def __next__(self):
        batch = self.inner.next()
        X, y = batch.data[0], batch.label[0]
        keep = len(X) - batch.pad
        features, labels = self.data
        return (
            X[:keep].as_in_context(features.context).astype(features.dtype),
            y[:keep].as_in_context(labels.context).astype(labels.dtype),
        )
