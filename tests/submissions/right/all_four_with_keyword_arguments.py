"""Renames nothing, but gives every argument a default or a type and calls with keywords."""

from typing import Iterable, Iterator, Tuple

import numpy as np
from mxnet import nd
from mxnet.ndarray import NDArray


def data_iter(batch_size: int = 10, features: NDArray = None, labels: NDArray = None) -> Iterator[Tuple[NDArray, NDArray]]:
    order = nd.array(source_array=np.random.choice(len(features), size=len(features), replace=False), ctx=features.ctx, dtype="int64")
    for i in range(0, len(features), batch_size):
        picked = order[i : i + batch_size]
        yield nd.take(a=features, indices=picked, axis=0), nd.take(a=labels, indices=picked, axis=0)


def linreg(X: NDArray, w: NDArray, b: NDArray = 0) -> NDArray:
    return nd.add(nd.dot(lhs=X, rhs=w), b)


def squared_loss(y_hat: NDArray, y: NDArray, *, half: float = 1 / 2) -> NDArray:
    return nd.subtract(y_hat, nd.reshape_like(lhs=y, rhs=y_hat)).square() * half


def sgd(params: Iterable[NDArray] = (), lr: float = 0.03, batch_size: int = 10) -> None:
    for param in list(params):
        param.__setitem__(slice(None), param - param.grad * lr / batch_size)
