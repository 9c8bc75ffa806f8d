"""Mistakes in epoch_loss(means, sizes)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from grader.checks.exercises.cases import MeansCase
from grader.checks.exercises.misconceptions.models import gives, is_a, nothing
from grader.diagnosis import Misconception
from grader.misconceptions import WRONG_ARGUMENTS, Model, raises


def mean_loss(case: MeansCase) -> float:
    """The right answer."""
    return float(np.average(case.means, weights=case.sizes))


def _gives(mistaken: Callable[[MeansCase], float]) -> Model:
    return gives("loss", mistaken, instead_of=mean_loss)


MISCONCEPTIONS = (
    Misconception(
        "mean_of_means",
        "This is the mean of the means: a small batch counts as much as a large one.",
        "Ten examples and one example: who should have more of a say?",
        _gives(lambda case: float(np.mean(case.means))),
    ),
    Misconception(
        "total",
        "This is the sum over the examples.",
        "By how many examples must the sum be divided?",
        _gives(lambda case: float(np.dot(case.means, case.sizes))),
    ),
    Misconception(
        "sum_of_means",
        "The means are added up as if they were sums.",
        "What must a mean be multiplied with to give a sum?",
        _gives(lambda case: float(np.sum(case.means))),
    ),
    Misconception(
        "means_over_examples",
        "The means are added up as if they were sums, and divided by the number of examples.",
        "What must a mean be multiplied with to give a sum?",
        _gives(lambda case: float(np.sum(case.means) / np.sum(case.sizes))),
    ),
    Misconception(
        "divided_by_batches",
        "The sum over the examples is divided by the number of batches.",
        "By how many examples must the sum be divided?",
        _gives(lambda case: float(np.dot(case.means, case.sizes) / len(case.sizes))),
    ),
    Misconception(
        "full_batches",
        "Every batch is taken to be as large as the first.",
        "Which batch may be smaller?",
        _gives(lambda case: float(np.dot(case.means, case.sizes) / (case.sizes[0] * len(case.sizes)))),
    ),
    Misconception(
        "last_batch_dropped",
        "The last batch does not count.",
        "Which examples are in it?",
        _gives(
            lambda case: (
                float(np.average(case.means[:-1], weights=case.sizes[:-1])) if len(case.sizes) > 1 else mean_loss(case)
            )
        ),
    ),
    Misconception(
        "last_mean", "This is the mean of the last batch.", "All batches count.", _gives(lambda case: case.means[-1])
    ),
    Misconception("nothing_returned", "Nothing is returned.", "The mean still has to be handed back.", nothing("loss")),
    Misconception(
        "loss_as_a_list",
        "The result is a list.",
        "All batches together have one mean.",
        is_a("loss", "a list", "a tuple"),
    ),
    Misconception(
        "lists_multiplied",
        "A list is treated as if it were an array.",
        "Python's lists have no arithmetic of their own: go through both together.",
        raises(r"TypeError: .*(?:list|sequence)"),
    ),
    Misconception(
        "wrong_arguments",
        "The function does not take the arguments that it is called with.",
        "Compare the first line of your function with the one in the notebook.",
        WRONG_ARGUMENTS,
    ),
)
