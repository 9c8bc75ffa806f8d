"""Numerical gradients, in numpy float64."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from grader.subject import Array


def numerical_gradient(f: Callable[[Array], float], x: Array, *, eps: float = 1e-2) -> Array:
    """The gradient of a scalar function by central differences, (f(x + eps e_i) - f(x - eps e_i)) / (2 eps).

    x: float64 array of any shape; never modified, `f` gets a copy each time. The result has the shape of x.
    The error is eps^2 / 6 times the third derivative: none at all for the quadratics of this course, which is why a
    large `eps`, with its small rounding error, is the better choice.
    """
    gradient = np.zeros_like(x, dtype=np.float64)
    for index in np.ndindex(x.shape):
        above, below = x.astype(np.float64), x.astype(np.float64)
        above[index] += eps
        below[index] -= eps
        gradient[index] = (f(above) - f(below)) / (2 * eps)
    return gradient
