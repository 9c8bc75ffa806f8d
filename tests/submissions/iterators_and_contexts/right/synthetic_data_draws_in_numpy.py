"""Draws with numpy and hands the finished arrays over to MXNet."""

import numpy as np
from mxnet import nd


def synthetic_data(w, b, num_examples, noise, ctx):
    X = np.random.randn(num_examples, len(w))
    y = X.dot(w) + b + np.random.normal(0, 1, num_examples) * noise
    return nd.array(X, ctx=ctx), nd.array(y, ctx=ctx)
