"""After the last step the labels hold what is left to explain."""

from mxnet import autograd, nd


def descend(features, labels, w, b, lr, num_steps):
    w.attach_grad()
    b.attach_grad()
    losses = []
    for step in range(num_steps + 1):
        with autograd.record():
            loss = nd.mean((nd.dot(features, w) + b - labels.reshape((-1, 1))) ** 2) / 2
        losses.append(float(loss.asscalar()))
        if step < num_steps:
            loss.backward()
            w -= lr * w.grad
            b -= lr * b.grad
    labels -= (nd.dot(features, w) + b).reshape(labels.shape)
    return losses
