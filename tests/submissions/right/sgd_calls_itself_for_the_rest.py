"""Steps with the first parameter and calls itself for the rest of them."""


def sgd(params, lr, batch_size):
    if not params:
        return
    first, *rest = params
    first -= lr * first.grad / batch_size
    sgd(rest, lr, batch_size)
