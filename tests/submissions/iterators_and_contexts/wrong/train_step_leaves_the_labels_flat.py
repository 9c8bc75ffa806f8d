"""Moves the batch by hand and forgets the column."""

from mxnet import autograd


def train_step(data, label, w, b, lr):

    X, y = data.as_in_context(w.context), label.as_in_context(w.context)
    with autograd.record():
        loss = square_loss(net(X, w, b), y)
    loss.backward()
    SGD([w, b], lr)
    return float(loss.asscalar())
