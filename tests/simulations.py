"""Very many uniform shuffles, draws, fits and right trainings, simulated in numpy, many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from grader import shuffling
from grader.checks.exercises import fit_temperature, planck
from grader.checks.iterators_and_contexts import fit, loop, synthetic_data
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


# iterators_and_contexts: numbers that are drawn, and losses that fall.


def largest_distances(rng: np.random.Generator, count: int) -> Array:
    """sup |F_n - F| of so many samples of the check's own size; it has one distribution for all continuous F."""
    sizes = rng.random((count, synthetic_data.MANY))
    return np.array([synthetic_data.distance_from_uniform(numbers) for numbers in sizes])


def togethernesses(rng: np.random.Generator, count: int) -> Array:
    """|z| of pairs of columns that have nothing to do with each other."""
    pairs = rng.normal(size=(count, 2, synthetic_data.MANY))
    return np.array([abs(synthetic_data.togetherness(one, other)) for one, other in pairs])


def falling(
    rng: np.random.Generator, X: Array, y: Array, start: Array, orders: int, num_epochs: int = fit.NUM_EPOCHS
) -> Array:
    """What right trainings report that differ in nothing but their orders: (num_epochs, orders), in float64."""
    A, m = loop.design(X), fit.BATCH_SIZE
    theta = np.tile(start, (orders, 1))
    reports = np.zeros((num_epochs, orders))
    for epoch in range(num_epochs):
        rows = uniform_orders(rng, orders, len(A))
        for first in range(0, len(A), m):
            batch = A[rows[:, first : first + m]]  # (orders, m, d + 1)
            errors = (batch @ theta[:, :, None])[..., 0] - y[rows[:, first : first + m]]
            reports[epoch] += np.mean(errors**2, axis=1) * m / len(A)
            theta -= 2 * fit.LR / m * (errors[:, None, :] @ batch)[:, 0, :]
    return reports


def shares_of_the_interval(reports: Array, theory: fit.Theory) -> Array:
    """How far the worst report of each training lies outside of what the eigenvalues alone leave open, as a share of
    what is allowed on top; below 0 for one that never leaves it, above 1 for one that the check calls wrong.
    """
    before, now = reports[:-1], reports[1:]
    (low, high), (least, most) = fit.interval(before, theory), fit.interval(before, theory, ratio=0.0, floor=0.0)
    return np.asarray(np.maximum((now - most) / (high - most), (least - now) / (least - low)).max(axis=0))


def fall_as_drawn(rng: np.random.Generator, orders: int) -> Array:
    """The shares of trainings of one problem, drawn as the check draws it."""
    X, y, start = fit.problem(rng)
    return shares_of_the_interval(falling(rng, X, y, start, orders), fit.theory_of(X, y))


def fall_along_an_eigenvector(rng: np.random.Generator, orders: int) -> Array:
    """The same at its worst: the error has the direction of the smallest or the largest eigenvalue, at one of its ends.

    The start is so far away that noise is nothing beside it, or so near that it is just what it has most to say about.
    """
    X, y, start = fit.problem(rng)
    A, theory = loop.design(X), fit.theory_of(X, y)
    best = np.linalg.lstsq(A, y, rcond=None)[0]
    eigenvalues, vectors = np.linalg.eigh(A.T @ A / len(A))
    i = rng.choice([0, len(eigenvalues) - 1])
    distance = rng.choice([np.linalg.norm(start - best), np.sqrt(5 * theory.floor / eigenvalues[i])])
    return shares_of_the_interval(falling(rng, X, y, best + distance * vectors[:, i], orders), theory)


# exercises: temperatures from noisy spectra.

TEMPERATURE = 300.0
"""In units of x = h c / (wavelength k T), all temperatures are alike."""


def estimates(rng: np.random.Generator) -> dict[str, float]:
    """Relative errors of temperatures found in one noisy spectrum, as the check draws it, in sensible ways."""
    many, noise = fit_temperature.MANY, fit_temperature.NOISE
    wavelength = planck.PEAK / TEMPERATURE * np.exp(rng.uniform(np.log(0.5), np.log(10.0), many))
    logs = planck.log_density(wavelength, TEMPERATURE) + np.log1p(noise * rng.normal(size=many))
    factor = np.exp(planck.LOG_FACTOR - 5 * np.log(wavelength) - logs)
    alone = planck.C2 / wavelength / np.log1p(factor)
    found = {
        "least squares of the logarithms": _least_squares(wavelength, logs, np.zeros(many)),
        "least squares of the densities": _least_squares(wavelength, logs, logs - logs.max()),
        "mean of what each wavelength says": float(np.mean(alone)),
        "median of what each wavelength says": float(np.median(alone)),
    }
    return {name: T / TEMPERATURE - 1 for name, T in found.items()}


def _least_squares(wavelength: Array, logs: Array, log_weights: Array) -> float:
    """The T at which the sum of squares is least, of differences of the logarithms, or of the densities themselves.

    log_weights: zeros for logarithms; logs (less a constant) for densities, which are exp of them.
    """
    scale = logs - log_weights
    direct = bool(np.any(log_weights))

    def errors(log_T: float) -> Array:
        model = planck.log_density(wavelength, np.exp(log_T))
        return np.asarray(np.exp(model - scale) - np.exp(log_weights) if direct else model - logs)

    log_T = np.log(TEMPERATURE)
    for _ in range(6):
        now = errors(log_T)
        slope = (errors(log_T + 1e-6) - now) / 1e-6
        log_T -= float(slope @ now / (slope @ slope))
    return float(np.exp(log_T))
