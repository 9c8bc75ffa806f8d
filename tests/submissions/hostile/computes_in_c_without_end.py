"""Computes for ever in one call that no signal interrupts. Its process is ended: no points."""


def sgd(params, lr, batch_size):
    return 10 ** (10**9)
