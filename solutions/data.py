"""The course's synthetic problem: labels that are a linear function of normal features, plus noise.

Three published lessons pose it with the same true parameters and differ in size and noise; each is a `Problem` here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import mxnet as mx
import numpy as np
from mxnet import nd

__all__ = ["D2L", "FIRST_EDITION", "GLUON", "Problem", "linear_data"]


def linear_data(
    w: Sequence[float],
    b: float,
    num_examples: int,
    *,
    noise: float,
    seed: int | np.random.Generator,
    ctx: mx.Context | None = None,
    dtype: str = "float32",
) -> tuple[nd.NDArray, nd.NDArray]:
    """Draw features X ~ N(0, 1) and labels y = Xw + b + epsilon, with epsilon ~ N(0, noise^2).

    w: the d true weights. b: the true bias. num_examples: n, at least 1. noise: a standard deviation, 0 or more.
    seed: the same seed gives the same numbers on every context; a generator is advanced.
    ctx: where the arrays live; None means MXNet's current context.

    Returns features (n, d) and labels (n,). They are computed in float64 and then cast to dtype.
    Raises ValueError if there would be no example, no feature or a negative noise.
    """
    if num_examples < 1 or len(w) < 1 or noise < 0:
        raise ValueError(
            f"linear_data got num_examples={num_examples}, {len(w)} weights and noise={noise}: "
            "give at least one example and one weight, and a standard deviation of 0 or more"
        )
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((num_examples, len(w)))
    y = X @ np.asarray(w, dtype=np.float64) + b + noise * rng.standard_normal(num_examples)
    return nd.array(X, ctx=ctx, dtype=dtype), nd.array(y, ctx=ctx, dtype=dtype)


@dataclass(frozen=True, slots=True)
class Problem:
    """A linear problem with known answers. noise is the standard deviation of what the labels deviate by."""

    name: str
    w: tuple[float, ...]
    b: float
    num_examples: int
    noise: float

    def sample(
        self, seed: int | np.random.Generator, *, ctx: mx.Context | None = None, dtype: str = "float32"
    ) -> tuple[nd.NDArray, nd.NDArray]:
        """Draw the problem's features (n, d) and labels (n,); see `linear_data`."""
        return linear_data(self.w, self.b, self.num_examples, noise=self.noise, seed=seed, ctx=ctx, dtype=dtype)


D2L = Problem("Dive into Deep Learning", w=(2.0, -3.4), b=4.2, num_examples=1_000, noise=0.01)
GLUON = Problem("The Straight Dope, gluon edition", w=(2.0, -3.4), b=4.2, num_examples=10_000, noise=0.1)
# The lesson's text says a noise variance of 0.1; its code, and so its losses, have a standard deviation of 0.01.
FIRST_EDITION = Problem("The Straight Dope, first edition", w=(2.0, -3.4), b=4.2, num_examples=10_000, noise=0.01)
