"""The result is for milliamperes, and nobody changed back."""

from mxnet import autograd, nd


def fit_resistance(current, voltage):
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
    return 1000 * float(R.asscalar()), losses
