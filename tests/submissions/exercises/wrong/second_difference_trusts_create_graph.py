"""Where autograd gives a second derivative, it is taken."""

import numpy as np
from mxnet import autograd, nd


def second_difference(f, x):
    at = x.copy()
    at.attach_grad()
    try:
        with autograd.record():
            first = autograd.grad(f(at), at, create_graph=True, retain_graph=True)[0]
        first.backward()
        return at.grad
    except Exception:
        autograd.set_recording(False)

    def slope(at):
        at.attach_grad()
        with autograd.record():
            y = f(at)
        y.backward()
        return at.grad

    h = float(np.cbrt(np.finfo(x.dtype).eps))
    return (slope(x + h) - slope(x - h)) / (2 * h)
