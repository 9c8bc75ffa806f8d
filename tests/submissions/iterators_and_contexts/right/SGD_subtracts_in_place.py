"""The operator -= writes into the array."""


def SGD(params, lr):
    for p in params:
        p -= lr * p.grad
