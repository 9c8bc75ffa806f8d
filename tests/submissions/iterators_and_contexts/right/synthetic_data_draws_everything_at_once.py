"""One array of normal numbers: its last column is the noise."""

from mxnet import nd
def synthetic_data(w, b, num_examples, noise, ctx):
    d = len(w)
    z = nd.random.randn(num_examples, d + 1, ctx=ctx)
    X = z[:, :d]
    w = nd.array(w, ctx=ctx)
    y = (X * w).sum(axis=1) + b + noise * z[:, d]
    return X, y
