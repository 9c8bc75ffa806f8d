"""There is a loss for each example, backward adds them up, and nothing is divided."""

from mxnet import autograd, nd


def descend(features, labels, w, b, lr, num_steps):
    w.attach_grad()
    b.attach_grad()
    losses = []
    for step in range(num_steps + 1):
        with autograd.record():
            loss = (nd.dot(features, w) + b - labels.reshape((-1, 1))) ** 2 / 2
        losses.append(float(loss.mean().asscalar()))
        if step < num_steps:
            loss.backward()
            w -= lr * w.grad
            b -= lr * b.grad
    return losses
