"""Recurses without end and with a raised limit. Its own process ends: no points."""

import sys

sys.setrecursionlimit(10**9)


def sgd(params, lr, batch_size):
    return sgd(params, lr, batch_size)
