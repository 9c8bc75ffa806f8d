"""Lets NDArrayIter deal out row numbers and cuts off the rows that it pads the last batch with."""

import mxnet as mx
import numpy as np


def data_iter(batch_size, features, labels):
    n = len(features)
    size = min(batch_size, n)
    source = mx.io.NDArrayIter(np.arange(n), batch_size=size, shuffle=True, last_batch_handle="pad")
    for batch in source:
        j = batch.data[0][: size - batch.pad].astype("int64").as_in_context(features.context)
        yield features.take(j), labels.take(j)
