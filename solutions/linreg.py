"""Linear regression from scratch: the four functions a student writes in the assignment *linreg_scratch*.

Signature and docstring are the stub that students receive; the body is the answer. Nothing here names a device or a
dtype: both follow the arguments.
"""

from collections.abc import Iterable, Iterator

import numpy as np
from mxnet import nd

__all__ = ["data_iter", "linreg", "sgd", "squared_loss"]


def data_iter(batch_size: int, features: nd.NDArray, labels: nd.NDArray) -> Iterator[tuple[nd.NDArray, nd.NDArray]]:
    """Yield ceil(n / batch_size) batches (X, y) that split the n examples, in a new uniformly random order each pass.

    batch_size: at least 1; it may exceed n.
    features: n examples along the first axis, with any further axes: (n, d), (n, height, width), ...
    labels: (n,) or (n, 1), on the context of features; row i belongs to row i of features.

    Each X is (batch_size, ...) and each y is (batch_size,) or (batch_size, 1), with dtype and context of features and
    of labels. Every example comes exactly once per pass, with its own label; when batch_size does not divide n, the
    last batch holds the rest. features and labels are left as they were.
    Drawn from a global generator (Python's, numpy's or MXNet's), the order can be repeated by seeding.
    """
    order = nd.array(np.random.permutation(len(features)), ctx=features.context, dtype="int64")
    features, labels = features.take(order), labels.take(order)
    for start in range(0, len(features), batch_size):
        yield features[start : start + batch_size], labels[start : start + batch_size]


def linreg(X: nd.NDArray, w: nd.NDArray, b: nd.NDArray) -> nd.NDArray:
    """Return the predictions y_hat = Xw + b of the linear model.

    X: (n, d) features; w: (d, 1) weights; b: (1,) bias, added to every prediction; all of one dtype, on one context.

    y_hat is a new (n, 1) array of that dtype on that context. Under `autograd.record` it stays on the graph, so that
    gradients reach X, w and b. No argument is changed.
    """
    return nd.dot(X, w) + b


def squared_loss(y_hat: nd.NDArray, y: nd.NDArray) -> nd.NDArray:
    """Return the loss (y_hat_i - y_i)^2 / 2 of every example i, neither summed nor averaged.

    y_hat: (n, 1) predictions; y: (n, 1) or (n,) labels of the same dtype, on the same context.

    The result is a new array with the shape of y_hat, whichever shape y has. Under `autograd.record` it stays on the
    graph; its gradient with respect to y_hat is y_hat - y. No argument is changed.
    """
    return nd.square(y_hat - y.reshape_like(y_hat)) / 2


def sgd(params: Iterable[nd.NDArray], lr: float, batch_size: int) -> None:
    """Take one step of minibatch gradient descent, p <- p - lr * g / batch_size, for every parameter p with gradient g.

    params: NDArrays of any shapes, each with a gradient in p.grad. Calling backward on the losses of a batch sums over
    its examples; the division by batch_size turns that sum into an average.
    lr: the learning rate, above 0. batch_size: the number of examples behind the gradient, at least 1.

    Each parameter is changed in place: the caller's own NDArray holds the new values, keeping its dtype, its context
    and its gradient buffer. The gradients are left as they were.
    """
    for param in params:
        param -= lr / batch_size * param.grad
