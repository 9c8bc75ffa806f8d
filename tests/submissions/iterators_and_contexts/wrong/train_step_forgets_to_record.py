"""Leaves backward nothing to go by."""

from mxnet import autograd


def train_step(data, label, w, b, lr):

    X, y = to_context(data, label, w.context)
    loss = square_loss(net(X, w, b), y)
    loss.backward()
    SGD([w, b], lr)
    return float(loss.asscalar())
