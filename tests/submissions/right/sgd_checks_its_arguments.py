"""Checks rate and batch size, lists the parameters, and explains itself in a docstring."""

from typing import Iterable

from mxnet import nd


def sgd(params: Iterable[nd.NDArray], lr: float, batch_size: int = 1) -> None:
    """Minibatch stochastic gradient descent: param <- param - lr * mean gradient."""
    assert lr > 0, "the learning rate must be positive"
    assert batch_size >= 1 and batch_size == int(batch_size), "batch_size is a whole number"
    for number, param in enumerate(list(params)):
        if param.grad is None:
            print("parameter", number, "has no gradient; left alone")
            continue
        mean_gradient = param.grad / batch_size
        nd.broadcast_sub(param, lr * mean_gradient, out=param)
