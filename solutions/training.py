"""The course's training loop over the four functions of `solutions.linreg`."""

from dataclasses import dataclass

import mxnet as mx
import numpy as np
from mxnet import autograd, nd

from solutions.linreg import data_iter, linreg, sgd, squared_loss

__all__ = ["History", "initial_parameters", "train"]


@dataclass(frozen=True, slots=True)
class History:
    """The mean loss over all examples, before training and after each epoch."""

    initial_loss: float
    losses: tuple[float, ...]


def initial_parameters(
    num_inputs: int,
    *,
    seed: int | np.random.Generator,
    ctx: mx.Context | None = None,
    dtype: str = "float32",
) -> tuple[nd.NDArray, nd.NDArray]:
    """Draw weights w ~ N(0, 0.01^2) of shape (num_inputs, 1) and a bias b = 0 of shape (1,), with gradients attached.

    seed: the same seed gives the same weights on every context; a generator is advanced.
    ctx: where the parameters live; None means MXNet's current context.
    """
    rng = np.random.default_rng(seed)
    w = nd.array(rng.normal(scale=0.01, size=(num_inputs, 1)), ctx=ctx, dtype=dtype)
    b = nd.zeros((1,), ctx=ctx, dtype=dtype)
    for param in (w, b):
        param.attach_grad()
    return w, b


def train(
    w: nd.NDArray,
    b: nd.NDArray,
    features: nd.NDArray,
    labels: nd.NDArray,
    *,
    lr: float = 0.03,
    num_epochs: int = 3,
    batch_size: int = 10,
) -> History:
    """Fit y = Xw + b by minibatch gradient descent on half the squared error; the defaults are the lesson's.

    w: (d, 1) and b: (1,), with gradients attached; both are changed in place, and so are their gradients.
    features: (n, d); labels: (n,) or (n, 1); same context and dtype as w and b; left as they were.
    A short last batch is divided by batch_size like the others, so that every example weighs the same in an epoch.
    The batches come in the order of numpy's global generator; see `data_iter`.
    """

    def mean_loss() -> float:
        return float(squared_loss(linreg(features, w, b), labels).mean().asscalar())

    initial_loss, losses = mean_loss(), []
    for _ in range(num_epochs):
        for X, y in data_iter(batch_size, features, labels):
            with autograd.record():
                loss = squared_loss(linreg(X, w, b), y)
            loss.backward()
            sgd([w, b], lr, batch_size)
        losses.append(mean_loss())
    return History(initial_loss, tuple(losses))
