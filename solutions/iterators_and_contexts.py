"""Linear regression with MXNet's own iterators: the reference for the assignment *iterators_and_contexts*.

The loss is the mean over the batch, so that the optimiser divides by nothing. Data stay on the context they were made
on; each batch moves to the context of the parameters.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import mxnet as mx
import numpy as np
from mxnet import autograd, gluon, nd

__all__ = [
    "SGD",
    "MovingLoss",
    "initial_parameters",
    "loader_losses",
    "make_iterator",
    "make_loader",
    "moving_losses",
    "net",
    "square_loss",
]


def net(X: nd.NDArray, w: nd.NDArray, b: nd.NDArray) -> nd.NDArray:
    """Return the predictions Xw + b, of shape (n, 1), for X (n, d), w (d, 1) and b (1,) on one context."""
    return nd.dot(X, w) + b


def square_loss(yhat: nd.NDArray, y: nd.NDArray) -> nd.NDArray:
    """Return the mean of (yhat_i - y_i)^2 over the batch, of shape (1,); yhat and y have one shape."""
    return nd.square(yhat - y).mean()


def SGD(params: Iterable[nd.NDArray], lr: float) -> None:
    """Take the step p <- p - lr * g for every parameter p with gradient g, in place; the loss is a mean already."""
    for param in params:
        param -= lr * param.grad


def initial_parameters(
    num_inputs: int, *, seed: int | np.random.Generator, ctx: mx.Context | None = None
) -> tuple[nd.NDArray, nd.NDArray]:
    """Draw w (num_inputs, 1) and b (1,) from N(0, 1) in float32, with gradients attached.

    seed: the same seed gives the same parameters on every context; a generator is advanced.
    """
    rng = np.random.default_rng(seed)
    w, b = (nd.array(rng.standard_normal(shape), ctx=ctx) for shape in ((num_inputs, 1), (1,)))
    for param in (w, b):
        param.attach_grad()
    return w, b


def make_loader(features: nd.NDArray, labels: nd.NDArray, batch_size: int) -> gluon.data.DataLoader:
    """Return a loader of (data, label) batches, in a new order each pass; `np.random.seed` makes a pass repeatable."""
    return gluon.data.DataLoader(gluon.data.ArrayDataset(features, labels), batch_size=batch_size, shuffle=True)


def make_iterator(features: nd.NDArray, labels: nd.NDArray, batch_size: int) -> mx.io.NDArrayIter:
    """Return an iterator for one pass; `reset` shuffles anew and allows another. `np.random.seed` makes it repeatable.

    When batch_size does not divide the examples, MXNet fills the last batch up from the start of the pass.
    """
    return mx.io.NDArrayIter(features, labels, batch_size, shuffle=True)


def loader_losses(
    params: tuple[nd.NDArray, nd.NDArray],
    loader: Iterable[tuple[nd.NDArray, nd.NDArray]],
    *,
    lr: float = 1e-4,
    num_epochs: int = 10,
) -> Iterator[float]:
    """Train params (w, b) in place, and yield after each epoch the mean of the batch losses seen during it."""
    for _ in range(num_epochs):
        losses = [_step(params, data, label, lr) for data, label in loader]
        yield sum(losses) / len(losses)


@dataclass(frozen=True, slots=True)
class MovingLoss:
    """The moving average of the loss after `batch` batches (counted from 1) of an epoch (counted from 0)."""

    epoch: int
    batch: int
    loss: float


def moving_losses(
    params: tuple[nd.NDArray, nd.NDArray],
    iterator: mx.io.DataIter,
    *,
    lr: float = 1e-3,
    num_epochs: int = 2,
    every: int = 500,
) -> Iterator[MovingLoss]:
    """Train params (w, b) in place, and yield the moving average of the batch losses each `every` batches.

    The average starts at 0 and runs on from epoch to epoch: m <- 0.99 m + 0.01 loss.
    """
    moving_loss = 0.0
    for epoch in range(num_epochs):
        iterator.reset()
        for batch, pair in enumerate(iterator, start=1):
            moving_loss = 0.99 * moving_loss + 0.01 * _step(params, pair.data[0], pair.label[0], lr)
            if batch % every == 0:
                yield MovingLoss(epoch, batch, moving_loss)


def _step(params: tuple[nd.NDArray, nd.NDArray], data: nd.NDArray, label: nd.NDArray, lr: float) -> float:
    """Move one batch to the parameters' context, take one step on it, and return the loss before the step."""
    w, b = params
    X, y = data.as_in_context(w.context), label.as_in_context(w.context).reshape((-1, 1))
    with autograd.record():
        loss = square_loss(net(X, w, b), y)
    loss.backward()
    SGD(params, lr)
    return float(loss.asscalar())
