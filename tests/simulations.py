"""Very many uniform shuffles and right trainings, simulated in numpy, many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from grader import shuffling
from grader.checks.linreg_scratch.training import Problem
from grader.subject import Array

ROWS, BATCH, PASSES = 12, 4, 200
MANY_ROWS, FEW_PASSES = 3000, 6
"""What `data_iter_shuffles_all_examples_uniformly` looks at."""


def uniform_orders(rng: np.random.Generator, *shape: int) -> npt.NDArray[np.integer[Any]]:
    """Independent uniform orders, along the last axis."""
    return np.argsort(rng.random(shape), axis=-1)


def largest_evidence(passes: npt.NDArray[np.integer[Any]], batch_size: int) -> Array:
    """What `suspicious` compares with its threshold, for many gradings at once: passes (G, K, n) give (G,)."""
    total, n = passes.shape[-2:]
    tables = shuffling.occurrences(passes, batch_size)
    chances = shuffling.probabilities(n, batch_size)
    found = [shuffling.evidence(counts, total, p).max(axis=(-2, -1)) for counts, p in zip(tables, chances, strict=True)]
    deranged = np.all(passes != np.arange(n), axis=-1).sum(axis=-1)
    return np.max([*found, shuffling.evidence(deranged, total, shuffling.derangement(n))], axis=0)


def fair_evidence(rng: np.random.Generator, gradings: int, *, at_once: int = 100) -> Array:
    """The largest evidence against each of many fair shuffles, in the check's own circumstances."""
    starts = range(0, gradings, at_once)
    return np.concatenate(
        [largest_evidence(uniform_orders(rng, min(at_once, gradings - i), PASSES, ROWS), BATCH) for i in starts]
    )


def strictest_lean(rng: np.random.Generator, gradings: int, levels: Sequence[float]) -> Array:
    """The least of some false-alarm rates at which each of many fair shuffles is said to lean; 1 for none of them."""
    return np.array([_strictest(uniform_orders(rng, FEW_PASSES, MANY_ROWS), levels) for _ in range(gradings)])


def _strictest(passes: npt.NDArray[np.integer[Any]], levels: Sequence[float]) -> float:
    strictest = 1.0
    for level in sorted(levels, reverse=True):
        if shuffling.leaning(passes, level) is None:
            break
        strictest = level
    return strictest


def trained(problem: Problem, rng: np.random.Generator, count: int) -> Array:
    """Where right trainings of one problem end that differ in nothing but the orders: (count, d + 1), in float64."""
    A, y, m = problem.design, problem.targets, problem.batch_size
    theta = np.tile(problem.start(), (count, 1))
    for _ in range(problem.num_epochs):
        orders = uniform_orders(rng, count, len(A))
        for first in range(0, len(A), m):
            rows = orders[:, first : first + m]
            batch = A[rows]  # (count, m, d + 1)
            errors = (batch @ theta[:, :, None])[..., 0] - y[rows]
            theta -= problem.lr / m * (errors[:, None, :] @ batch)[:, 0, :]
    return theta


def excesses(problem: Problem, theta: Array) -> Array:
    """How far the mean loss of each theta, (count, d + 1), is above the least-squares loss.

    It is |A (theta - theta*)|^2 / 2n, where nothing cancels as it would in the difference of two losses.
    """
    return np.asarray(np.mean(((theta - problem.solution()) @ problem.design.T) ** 2, axis=1) / 2)


def squared_distances(problem: Problem, theta: Array) -> Array:
    return np.asarray(np.sum((theta - problem.solution()) ** 2, axis=1))


def noise_alone(problem: Problem) -> Problem:
    """The same problem, started from its solution: all that is left is the noise of minibatches."""
    best = problem.solution()
    return replace(problem, w=best[:-1].reshape(-1, 1), b=best[-1:])


def contraction_alone(problem: Problem) -> Problem:
    """The same problem with labels that the model fits: all that is left is the way from the start."""
    return replace(problem, labels=problem.design @ problem.solution())
