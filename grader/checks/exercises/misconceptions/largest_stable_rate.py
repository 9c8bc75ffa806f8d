"""Mistakes in largest_stable_rate(features)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from grader.checks.exercises.misconceptions.models import gives, is_a, nothing
from grader.diagnosis import Misconception
from grader.misconceptions import WRONG_ARGUMENTS, Model
from grader.subject import Array


def design(features: Array) -> Array:
    return np.hstack([features, np.ones((len(features), 1))])


def stable(features: Array) -> float:
    """2 over the largest eigenvalue of A^T A / n."""
    return 2 / _largest(design(features))


def _largest(A: Array) -> float:
    return float(np.linalg.eigvalsh(A.T @ A / len(A))[-1])


def _finds(mistaken: Callable[[Array], float]) -> Model:
    return gives("rate", lambda case: mistaken(case.features), instead_of=lambda case: stable(case.features))


def _trace(features: Array) -> float:
    A = design(features)
    return 2 / float(np.trace(A.T @ A / len(A)))


def _centre(features: Array) -> Array:
    centred: Array = features - features.mean(axis=0)
    return centred


MISCONCEPTIONS = (
    Misconception(
        "without_bias",
        "The bias is left out.",
        "Which feature does the bias belong to?",
        _finds(lambda X: 2 / _largest(X)),
    ),
    Misconception(
        "covariance",
        "The features are centred first, as for a covariance.",
        "descend does not centre them. Which matrix holds the second derivatives of its loss?",
        _finds(lambda X: 2 / max(_largest(_centre(X)), 1e-300)),
    ),
    Misconception(
        "covariance_and_bias",
        "The features are centred first; the bias then stands alone.",
        "descend does not centre them. Which matrix holds the second derivatives of its loss?",
        _finds(lambda X: 2 / _largest(design(_centre(X)))),
    ),
    Misconception(
        "smallest_eigenvalue",
        "The smallest eigenvalue is taken instead of the largest.",
        "Along which direction does a step go too far first?",
        _finds(lambda X: 2 / max(float(np.linalg.eigvalsh(design(X).T @ design(X) / len(X))[0]), 1e-300)),
    ),
    Misconception(
        "one_over",
        "This is 1 over the largest eigenvalue: the fastest in that direction, or the border for a loss without half.",
        "How far past the lowest point may a step land, so that it is still no farther away than before?",
        _finds(lambda X: stable(X) / 2),
    ),
    Misconception(
        "sum_of_squares",
        "The mean over the examples is missing.",
        "The loss of descend is a mean.",
        _finds(lambda X: stable(X) / len(X)),
    ),
    Misconception(
        "singular_value",
        "The largest singular value is not squared.",
        "The eigenvalues of A^T A are the squares of the singular values of A.",
        _finds(lambda X: 2 / float(np.linalg.norm(design(X), 2) / len(X))),
    ),
    Misconception(
        "trace",
        "The sum of the eigenvalues is taken instead of the largest.",
        "Along one direction at a time: which is the steepest?",
        _finds(_trace),
    ),
    Misconception(
        "never_above_one",
        "Rates above 1 are cut off.",
        "Tiny features make for a flat loss. Is there a reason why a rate should be below 1?",
        _finds(lambda X: min(stable(X), 1.0)),
    ),
    Misconception(
        "rounded",
        "The rate is rounded.",
        "What is left of 0.00001 then?",
        _finds(lambda X: round(stable(X), 5)),
    ),
    Misconception(
        "eigenvalue",
        "This is the largest eigenvalue itself.",
        "The more curved the loss, the smaller the steps must be.",
        _finds(lambda X: _largest(design(X))),
    ),
    Misconception(
        "rate_as_an_array",
        "The result is an array.",
        "asscalar(), or float(...), makes a Python number of it.",
        is_a("rate", "an NDArray", "a numpy array"),
    ),
    Misconception("nothing_returned", "Nothing is returned.", "The rate still has to be handed back.", nothing("rate")),
    Misconception(
        "wrong_arguments",
        "The function does not take the arguments that it is called with.",
        "Compare the first line of your function with the one in the notebook.",
        WRONG_ARGUMENTS,
    ),
)
