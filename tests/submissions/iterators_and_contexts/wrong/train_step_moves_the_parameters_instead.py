"""Trains copies of the parameters beside the data."""

from mxnet import autograd


def train_step(data, label, w, b, lr):

    X, y = to_context(data, label, data.context)
    w, b = w.as_in_context(data.context), b.as_in_context(data.context)
    if w.grad is None:
        w.attach_grad()
        b.attach_grad()
    with autograd.record():
        loss = square_loss(net(X, w, b), y)
    loss.backward()
    SGD([w, b], lr)
    return float(loss.asscalar())
