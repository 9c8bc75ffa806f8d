"""The step is an array on the default device."""

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
    step = nd.full((1,), h, dtype=x.dtype)
    return (slope(x + step) - slope(x - step)) / (2 * h)
