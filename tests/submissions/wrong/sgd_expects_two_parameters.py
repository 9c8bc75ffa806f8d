"""Takes it that there is a w and a b, as in the notebook."""


def sgd(params, lr, batch_size):
    w, b = params
    w[:] = w - lr * w.grad / batch_size
    b[:] = b - lr * b.grad / batch_size
