"""The training loop in numpy: what one step, and what whole epochs of steps, should do."""

from __future__ import annotations

import numpy as np

from grader.subject import Array


def theta_of(w: Array, b: Array) -> Array:
    theta: Array = np.concatenate([w.reshape(-1), b.reshape(-1)])
    return theta


def design(data: Array) -> Array:
    """A = [X, 1], with which predictions are A theta."""
    return np.hstack([data, np.ones((len(data), 1))])


def loss(theta: Array, data: Array, label: Array) -> float:
    """The mean of squares over a batch."""
    return float(np.mean((design(data) @ theta - label.reshape(-1)) ** 2))


def step(theta: Array, data: Array, label: Array, lr: float) -> Array:
    """theta - lr * gradient, which is 2 A' (A theta - y) / m."""
    A = design(data)
    moved: Array = theta - lr * 2 * A.T @ (A @ theta - label.reshape(-1)) / len(data)
    return moved


def epochs(theta: Array, batches: list[tuple[Array, Array]], lr: float, num_epochs: int) -> tuple[list[float], Array]:
    """The mean loss of the batches in each epoch, as it was when their turn came, and where the parameters end."""
    means = []
    for _ in range(num_epochs):
        seen = []
        for data, label in batches:
            seen.append(loss(theta, data, label))
            theta = step(theta, data, label, lr)
        means.append(float(np.mean(seen)))
    return means, theta
