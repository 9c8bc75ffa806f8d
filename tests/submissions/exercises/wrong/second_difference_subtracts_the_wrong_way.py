"""The sign is wrong."""

import numpy as np
from mxnet import autograd, nd


def second_difference(f, x):
    def slope(at):
        at.attach_grad()
        with autograd.record():
            y = f(at)
        y.backward()
        return at.grad

    h = float(np.cbrt(np.finfo(x.dtype).eps))
    return (slope(x - h) - slope(x + h)) / (2 * h)
