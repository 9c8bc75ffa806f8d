"""A lambda bound to the name."""

from mxnet import nd

linreg = lambda X, w, b: b + nd.dot(X, w)
