"""The currents are divided by the largest of them, where they are."""

from mxnet import autograd, nd


def fit_resistance(current, voltage):
    unit = float(current.max().asscalar())
    current /= unit
    R = nd.zeros((1,))
    R.attach_grad()
    lr = 1 / float(nd.mean(current**2).asscalar())
    losses = []
    for _ in range(4):
        with autograd.record():
            loss = nd.mean((R * current - voltage) ** 2) / 2
        loss.backward()
        losses.append(float(loss.asscalar()))
        R -= lr * R.grad
    return float(R.asscalar()) / unit, losses
