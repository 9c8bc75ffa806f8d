"""Draws in numpy and keeps its dtype."""

import numpy as np
from mxnet import nd
def synthetic_data(w, b, num_examples, noise, ctx):
    X = np.random.normal(0, 1, (num_examples, len(w)))
    y = X @ np.array(w) + b + noise * np.random.normal(0, 1, num_examples)
    return nd.array(X, ctx=ctx, dtype="float64"), nd.array(y, ctx=ctx, dtype="float64")
