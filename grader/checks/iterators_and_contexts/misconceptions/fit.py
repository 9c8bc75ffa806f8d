"""Mistakes in fit(loader, w, b, lr, num_epochs)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from grader.checks.iterators_and_contexts import loop
from grader.checks.iterators_and_contexts.cases import TrainCase
from grader.diagnosis import Misconception
from grader.misconceptions import WRONG_ARGUMENTS, Model, gives, raises


def _losses(case: TrainCase) -> list[list[float]]:
    """The losses of all batches, epoch by epoch."""
    theta = loop.theta_of(case.w, case.b)
    found: list[list[float]] = []
    for _ in range(case.num_epochs):
        found.append([])
        for data, label in case.batches:
            found[-1].append(loop.loss(theta, data, label))
            theta = loop.step(theta, data, label, case.lr)
    return found


def _reports(mistaken: Callable[[list[list[float]]], list[float]]) -> Model:
    """fit returns `mistaken(losses of every epoch)`."""

    def of(make: Callable[[list[list[float]]], list[float]]) -> Callable[[object], list[float] | None]:
        return lambda case: make(_losses(case)) if isinstance(case, TrainCase) else None

    return gives("means", of(mistaken), instead_of=of(lambda epochs: [float(np.mean(epoch)) for epoch in epochs]))


def _never_reset(epochs: list[list[float]]) -> list[float]:
    return [float(np.mean(np.concatenate(epochs[: i + 1]))) for i in range(len(epochs))]


MISCONCEPTIONS = (
    Misconception(
        "last_loss_only",
        "The loss of the last batch is reported.",
        "One batch says little. What is the mean of all of them?",
        _reports(lambda epochs: [epoch[-1] for epoch in epochs]),
    ),
    Misconception(
        "never_starts_at_nothing",
        "The losses of earlier epochs count in later ones.",
        "Where is the cumulative loss set to 0: before all epochs, or before each?",
        _reports(_never_reset),
    ),
    Misconception(
        "sum_over_the_epoch",
        "The losses are added up and not divided.",
        "How many batches did the epoch have?",
        _reports(lambda epochs: [float(np.sum(epoch)) for epoch in epochs]),
    ),
    Misconception(
        "always_2500",
        "The sum is divided by 2500, whatever the number of batches.",
        "The notebook's data make 2500 batches. Count those you have met.",
        _reports(lambda epochs: [float(np.sum(epoch)) / 2500 for epoch in epochs]),
    ),
    Misconception(
        "one_epoch_only",
        "Only the first epoch is reported.",
        "Look at the indentation of return.",
        _reports(lambda epochs: [float(np.mean(epochs[0]))]),
    ),
    Misconception(
        "no_batch_no_mean",
        "An epoch without batches is divided by.",
        "What did the loader give in the second epoch? What can be gone through once only gives nothing then.",
        raises("ZeroDivisionError"),
    ),
    Misconception(
        "wrong_arguments",
        "A function does not take the arguments that it is called with.",
        "Compare the first lines of your functions with those in the notebook.",
        WRONG_ARGUMENTS,
    ),
)
