"""Whatever it is given, it computes in float32."""

from mxnet import autograd, nd
def descend(features, labels, w, b, lr, num_steps):
    features, labels = features.astype("float32"), labels.astype("float32").reshape((-1, 1))
    v, c = w.astype("float32"), b.astype("float32")
    v.attach_grad(); c.attach_grad()
    losses = []
    for s in range(num_steps + 1):
        with autograd.record():
            loss = nd.mean((nd.dot(features, v) + c - labels) ** 2) / 2
        losses.append(float(loss.asscalar()))
        if s < num_steps:
            loss.backward()
            v -= lr * v.grad
            c -= lr * c.grad
    w[:] = v.astype(w.dtype); b[:] = c.astype(b.dtype)
    return losses
