"""A step for each dtype, written into one array."""

import numpy as np
from mxnet import autograd
def second_difference(f, x):
    h = {"float32": 0.005, "float64": 6e-6}[np.dtype(x.dtype).name]
    z = x.copy(); z.attach_grad()
    slopes = []
    for s in (1, -1):
        z[:] = x + s * h
        with autograd.record():
            y = f(z)
        y.backward()
        slopes.append(z.grad.copy())
    return (slopes[0] - slopes[1]) / (2 * h)
