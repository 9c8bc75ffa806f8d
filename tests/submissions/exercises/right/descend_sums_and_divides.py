"""The losses are added up by backward, and the step divides."""

from mxnet import autograd, nd


def descend(features, labels, w, b, lr, num_steps):
    w.attach_grad()
    b.attach_grad()
    losses = []
    for step in range(num_steps + 1):
        with autograd.record():
            loss = (nd.dot(features, w) + b - labels.reshape((len(features), 1))) ** 2 / 2
        losses.append(loss.mean().asscalar())
        if step < num_steps:
            loss.backward()
            w -= lr / len(features) * w.grad
            b -= lr / len(features) * b.grad
    return losses
