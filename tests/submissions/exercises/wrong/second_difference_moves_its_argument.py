"""The argument is moved up and down, and not back."""

import numpy as np
from mxnet import autograd, nd


def second_difference(f, x):
    def slope(at):
        at = at.copy()
        at.attach_grad()
        with autograd.record():
            y = f(at)
        y.backward()
        return at.grad

    h = float(np.cbrt(np.finfo(x.dtype).eps))
    x += h
    above = slope(x)
    x -= 2 * h
    return (above - slope(x)) / (2 * h)
