"""Linear regression with MXNet's own iterators: the reference for the assignment *iterators_and_contexts*.

The functions a student writes come first. The loss is the mean over the batch, so that the optimiser divides by
nothing. Data stay on the context they were made on; each batch moves to the context of the parameters. Below them is
what the reproduction of the published tables needs beside.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import mxnet as mx
import numpy as np
from matplotlib import pyplot as plt
from mxnet import autograd, gluon, nd

__all__ = [
    "SGD",
    "EpochIterator",
    "MovingLoss",
    "fit",
    "initial_parameters",
    "make_iterator",
    "make_loader",
    "moving_average",
    "moving_losses",
    "net",
    "plot_training",
    "square_loss",
    "synthetic_data",
    "to_context",
    "train_step",
]


def synthetic_data(
    w: Sequence[float], b: float, num_examples: int, noise: float, ctx: mx.Context
) -> tuple[nd.NDArray, nd.NDArray]:
    """Draw features X ~ N(0, 1) and labels y = Xw + b + noise * N(0, 1), every number independently of all others.

    w: the d true weights; b: the true bias; num_examples: n, at least 1; noise: a standard deviation, 0 or more.

    Returns X (n, d) and y (n,), new float32 arrays on ctx. Every call draws new numbers, from MXNet's or numpy's global
    generator, so that seeding repeats them.
    """
    X = nd.random.normal(shape=(num_examples, len(w)), ctx=ctx)
    y = nd.dot(X, nd.array(w, ctx=ctx)) + b
    return X, y + noise * nd.random.normal(shape=y.shape, ctx=ctx)


def to_context(data: nd.NDArray, label: nd.NDArray, ctx: mx.Context) -> tuple[nd.NDArray, nd.NDArray]:
    """Return a batch on ctx, ready for the model: data as it is, and label as a column.

    data: (m, ...) features; label: (m,) or (m, 1); both may live on any context.

    The results have the values and dtypes of the arguments and shapes (m, ...) and (m, 1). data that is on ctx already
    is returned itself, not copied. Neither argument is changed.
    """
    return data.as_in_context(ctx), label.as_in_context(ctx).reshape((-1, 1))


def make_loader(features: nd.NDArray, labels: nd.NDArray, batch_size: int) -> gluon.data.DataLoader:
    """Return a loader: something with a length that can be iterated over any number of times, in batches (X, y).

    features: (n, ...); labels: (n,). batch_size: at least 1.

    len(loader) is ceil(n / batch_size), the number of batches in a pass. Every pass holds each example exactly once,
    with its own label, in a new uniformly random order, whether the pass before was finished or broken off; the last
    batch holds the rest. Batches keep the dtype, and features and labels are left as they were. On which context a
    batch lives is left open: whoever uses it moves it. Drawn from numpy's global generator, the order can be seeded.
    """
    return gluon.data.DataLoader(gluon.data.ArrayDataset(features, labels), batch_size=batch_size, shuffle=True)


class EpochIterator:
    """An iterator over one pass of (X, y) batches in random order: exhausted after it, until reset() begins another.

    features: (n, ...); labels: (n,), on the context of features. batch_size: at least 1.

    A pass holds each example exactly once, with its own label; the last batch holds the rest. X and y keep dtype and
    context, and features and labels are left as they were.
    """

    def __init__(self, features: nd.NDArray, labels: nd.NDArray, batch_size: int) -> None:
        self.features, self.labels, self.batch_size = features, labels, batch_size
        self.reset()

    def reset(self) -> None:
        """Begin a new pass in a new uniformly random order, wherever the iterator is."""
        self.order = nd.array(np.random.permutation(len(self.features)), ctx=self.features.context, dtype="int64")
        self.start = 0

    def __iter__(self) -> "EpochIterator":
        """Return the iterator itself: a for loop goes on from where it is."""
        return self

    def __next__(self) -> tuple[nd.NDArray, nd.NDArray]:
        """Return the next batch (X, y). When the pass is over, end it with StopIteration, every time until reset()."""
        if self.start >= len(self.features):
            raise StopIteration
        rows = self.order[self.start : self.start + self.batch_size]
        self.start += self.batch_size
        return self.features.take(rows), self.labels.take(rows)


def net(X: nd.NDArray, w: nd.NDArray, b: nd.NDArray) -> nd.NDArray:
    """Return the predictions Xw + b, of shape (n, 1), for X (n, d), w (d, 1) and b (1,) of one dtype on one context.

    Under `autograd.record` gradients reach X, w and b. No argument is changed.
    """
    return nd.dot(X, w) + b


def square_loss(yhat: nd.NDArray, y: nd.NDArray) -> nd.NDArray:
    """Return the mean of (yhat_i - y_i)^2 over the batch, a single number in an array of shape (1,).

    yhat, y: (n, 1), of one dtype on one context, which the result shares. Under `autograd.record` its gradient with
    respect to yhat is 2 (yhat - y) / n. No argument is changed.
    """
    return nd.mean((yhat - y) ** 2)


def SGD(params: Iterable[nd.NDArray], lr: float) -> None:
    """Take the step p <- p - lr * g for every parameter p with gradient g; nothing is divided.

    params: NDArrays of any shapes, each with a gradient in p.grad. lr: the learning rate, above 0.

    Each parameter is changed in place, keeping its dtype, its context and its gradient buffer. The gradients are left
    as they were.
    """
    for param in params:
        param[:] = param - lr * param.grad


def train_step(data: nd.NDArray, label: nd.NDArray, w: nd.NDArray, b: nd.NDArray, lr: float) -> float:
    """Take one step of gradient descent on one batch, and return its loss, as it was before the step.

    data (m, d) and label (m,) or (m, 1) may live anywhere; the step is computed on the context of w. w and b, with
    gradients attached, are changed in place. The result is a Python number.
    """
    X, y = to_context(data, label, w.context)
    with autograd.record():
        loss = square_loss(net(X, w, b), y)
    loss.backward()
    SGD([w, b], lr)
    return float(loss.asscalar())


def fit(
    loader: Iterable[tuple[nd.NDArray, nd.NDArray]], w: nd.NDArray, b: nd.NDArray, lr: float, num_epochs: int
) -> list[float]:
    """Train w and b in place for num_epochs passes over loader, each begun anew, a step for each batch.

    Returns one number for each epoch: the mean of the losses that its batches had when their turn came.
    """
    means = []
    for _ in range(num_epochs):
        cumulative_loss, num_batches = 0.0, 0
        for data, label in loader:
            cumulative_loss += train_step(data, label, w, b, lr)
            num_batches += 1
        means.append(cumulative_loss / num_batches)
    return means


def moving_average(losses: Iterable[float]) -> list[float]:
    """Return m_1, m_2, ... with m_0 = 0 and m_t = 0.99 m_(t-1) + 0.01 losses_t, one for each loss.

    losses: numbers, none or more; they are left as they were.
    """
    averages, average = [], 0.0
    for loss in losses:
        average = 0.99 * average + 0.01 * loss
        averages.append(average)
    return averages


def plot_training(
    losses: Sequence[float], x: nd.NDArray, estimated: nd.NDArray, real: nd.NDArray, sample_size: int = 100
) -> None:
    """Show one figure of two panels side by side: how the loss fell, and what the model says beside what is true.

    Left, a line: losses against the epochs 1, 2, ... Right, points: the first sample_size entries of estimated and of
    real, both against those of x, labelled "estimated" and "real" in a legend. Both panels have a title.

    x, estimated, real: (n,) or (n, 1). Nothing is returned.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
    left.plot(range(1, len(losses) + 1), losses, "o-")
    left.set(title="Loss during training", xlabel="epoch", ylabel="mean loss")
    where = x[:sample_size].asnumpy().ravel()
    right.scatter(where, estimated[:sample_size].asnumpy().ravel(), marker="o", label="estimated")
    right.scatter(where, real[:sample_size].asnumpy().ravel(), marker="x", label="real")
    right.set(title="Estimated and real labels", xlabel="feature", ylabel="label")
    right.legend()
    figure.tight_layout()
    plt.show()


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


def make_iterator(features: nd.NDArray, labels: nd.NDArray, batch_size: int) -> mx.io.NDArrayIter:
    """Return an iterator for one pass; `reset` shuffles anew and allows another. `np.random.seed` makes it repeatable.

    When batch_size does not divide the examples, MXNet fills the last batch up from the start of the pass.
    """
    return mx.io.NDArrayIter(features, labels, batch_size, shuffle=True)


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
            moving_loss = 0.99 * moving_loss + 0.01 * train_step(pair.data[0], pair.label[0], *params, lr)
            if batch % every == 0:
                yield MovingLoss(epoch, batch, moving_loss)
