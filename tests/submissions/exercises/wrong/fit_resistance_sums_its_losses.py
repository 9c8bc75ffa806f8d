"""The losses are sums over the measurements."""

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
        losses.append(len(current) * float(loss.asscalar()))
        R -= lr * R.grad
    return float(R.asscalar()), losses
