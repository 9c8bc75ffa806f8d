"""Annotates arguments and names, and asserts the shapes on the way."""

from mxnet import nd
from mxnet.ndarray import NDArray


def linreg(X: NDArray, w: NDArray, b: NDArray) -> NDArray:
    """The linear model.

    X: (n, d), w: (d, 1), b: (1,); returns (n, 1).
    """
    n, d = X.shape
    assert w.shape == (d, 1) and b.shape == (1,), "one weight per feature, and one bias"
    product: NDArray = nd.dot(X, w, transpose_a=False, transpose_b=False)
    y_hat: NDArray = nd.broadcast_plus(product, b.expand_dims(0))
    assert y_hat.shape == (n, 1)
    return y_hat
