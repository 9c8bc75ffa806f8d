"""What is true of fit(loader, w, b, lr, num_epochs), and of all the functions together.

The course trains on 10 000 examples in fours at lr = 1e-4: T = 2500 steps an epoch. Here 400 examples are trained on in
fours at lr = 2.5e-3: T = 100. Both shrink the error of the parameters by the same factor in an epoch, because only the
product lr T counts: with A = [X, 1] and H = A'A / n, a step multiplies the error theta - theta* by I - 2 lr H on
average, so that T steps shrink the part of e'He that belongs to an eigenvalue lam of H by exp(-4 lr lam T): with H near
the identity by exp(-1) = 0.37, as in the published losses (9.098 / 24.66).

What an epoch reports is the mean loss while that happens. So two reports in a row, both less the noise floor f (the
mean square of the residuals at theta*), have a ratio between those exponentials for the largest and for the smallest
eigenvalue of the very data that were trained on. What is left to chance is the order of the batches. A mean over an
error that shrinks by exp(-c) has (c/2) coth(c/2) times the variance of a plain mean; the plain part is the same in all
epochs, and the rest, 0.082 of 2 / n for c = 1, is new in each: a ratio deviates by sqrt(2 * 0.082 * 2 / n) = 0.029.
`RATIO` allows five of these standard deviations on top of what the eigenvalues leave open, and `FLOOR` a tenth of the
floor for the epochs that end on it. In 20 000 simulated trainings the ratio never left the eigenvalues' interval by
more than 0.02 where the loss was above the floor: the false-alarm rate is far below 1e-6.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from grader import expect
from grader.checks.iterators_and_contexts import loop
from grader.checks.iterators_and_contexts.cases import TrainCase, trainings
from grader.claims import Refuted, Unusable, claim, part
from grader.play import Script
from grader.subject import ELSEWHERE, HOME, Array, Subject

NUM_EXAMPLES, BATCH_SIZE, LR, NUM_EPOCHS = 400, 4, 2.5e-3, 8
RATIO = 0.15
FLOOR = 0.1
SMALL = st.lists(st.integers(1, 3), min_size=1, max_size=4)


class Fitted(NamedTuple):
    means: list[float]
    theta: Array


def _fit(subject: Subject, case: TrainCase) -> Fitted:
    """Train with a list of batches for a loader: the order is ours."""
    script = Script("fit", about=case)
    w, b = script.array(case.w, grad=True), script.array(case.b, grad=True)
    loader = script.make([(data, label) for data, label in case.batches])
    means = script.call("fit", loader, w, b, case.lr, case.num_epochs)
    w_after, b_after = script.look(w), script.look(b)
    played = subject.play(script)
    numbers = [expect.number(one, "A mean loss") for one in expect.items(played[means], "The result of fit")]
    theta = loop.theta_of(expect.tensor(played[w_after], "w").exact(), expect.tensor(played[b_after], "b").exact())
    return Fitted(numbers, theta)


def _expected(case: TrainCase) -> tuple[list[float], Array]:
    return loop.epochs(loop.theta_of(case.w, case.b), case.batches, case.lr, case.num_epochs)


@claim(
    points=2,
    given=trainings(sizes=SMALL, epochs=st.integers(1, 3)),
    hint="Add up what train_step returns over the batches of one epoch, divide by their number, and begin the next "
    "epoch with nothing.",
    examples=15,
)
def fit_returns_the_mean_loss_of_every_epoch(subject: Subject, case: TrainCase) -> None:
    """fit returns a list with one number for each epoch: the mean of the losses that its batches had."""
    found, (expected, _) = _fit(subject, case).means, _expected(case)
    if len(found) != len(expected):
        raise Refuted(
            "fit does not return a number for each epoch.",
            got=f"{len(found)} numbers",
            expected=f"{len(expected)} numbers",
        )
    for number, (one, other) in enumerate(zip(found, expected, strict=True), start=1):
        if not abs(one - other) <= 1e-4 * max(other, 1.0):
            raise Refuted(
                f"The mean loss of epoch {number} is wrong.", got=expect.show(one), expected=expect.show(other)
            )


@claim(
    points=2,
    given=trainings(sizes=SMALL, epochs=st.integers(1, 3)),
    hint="Every batch of every epoch takes its step, and each step starts where the one before it ended.",
    examples=15,
)
def fit_takes_a_step_for_every_batch(subject: Subject, case: TrainCase) -> None:
    """After num_epochs passes over the loader, w and b are where a step for every batch leads."""
    found, (_, expected) = _fit(subject, case).theta, _expected(case)
    if found.shape != expected.shape or not np.all(np.abs(found - expected) <= 1e-3 + 1e-4 * np.abs(expected).max()):
        raise Refuted(
            "w and b are not where a step for every batch leads.",
            got=f"w = {expect.show(found[:-1])}, b = {expect.show(found[-1])}",
            expected=f"w = {expect.show(expected[:-1])}, b = {expect.show(expected[-1])}",
        )


@claim(
    points=2,
    hint="All of it has to work together: the loader's batches, flat labels, two devices. If the checks above pass, "
    "look for what happens only in later epochs.",
)
def fit_falls_as_theory_says(subject: Subject, rng: np.random.Generator) -> None:
    """On a problem like the notebook's, with your own loader, the loss falls by e each epoch, down to the noise.

    The false-alarm rate is below 1e-6 (see the module's docstring).
    """
    X, theta = rng.normal(size=(NUM_EXAMPLES, 2)), np.array([2.0, -3.4, 4.2])
    y = loop.design(X) @ theta + 0.1 * rng.normal(size=NUM_EXAMPLES)
    start = rng.normal(size=3)
    script = Script("fit", strict=True)
    features, labels = script.array(X, device=HOME), script.array(y, device=HOME)
    w = script.array(start[:2].reshape(2, 1), grad=True, device=ELSEWHERE)
    b = script.array(start[2:], grad=True, device=ELSEWHERE)
    loader = script.call("make_loader", features, labels, BATCH_SIZE, show=False)
    made = script.call("fit", loader, w, b, LR, NUM_EPOCHS)
    played = subject.play(script)
    losses = [expect.number(one, "A mean loss") for one in expect.items(played[made], "The result of fit")]
    example = f"{NUM_EXAMPLES} examples in batches of {BATCH_SIZE}, noise 0.1, lr = {LR:g}, {NUM_EPOCHS} epochs"
    if len(losses) != NUM_EPOCHS:
        raise Unusable("fit does not return a number for each epoch.", got=f"{len(losses)} numbers", example=example)
    smallest, largest, floor = _theory(X, y)
    exponent = 4 * LR * NUM_EXAMPLES / BATCH_SIZE
    for number, (before, now) in enumerate(pairwise(losses), start=2):
        error, margin = max(before - floor, 0.0), FLOOR * floor
        low = floor + error * np.exp(-exponent * largest) * (1 - RATIO) - margin
        high = floor + error * np.exp(-exponent * smallest) * (1 + RATIO) + margin
        if not low <= now <= high:
            raise Refuted(
                f"The loss of epoch {number} does not follow from that of epoch {number - 1}.",
                example=example,
                got=f"{before:.4g}, then {now:.4g}",
                expected=f"between {low:.3g} and {high:.3g} (the noise alone leaves {floor:.3g})",
            )


def _theory(X: Array, y: Array) -> tuple[float, float, float]:
    """The smallest and the largest eigenvalue of H, and the floor."""
    A = loop.design(X)
    best = np.linalg.lstsq(A, y, rcond=None)[0]
    eigenvalues = np.linalg.eigvalsh(A.T @ A / len(A))
    return float(eigenvalues[0]), float(eigenvalues[-1]), float(np.mean((A @ best - y) ** 2))


FUNCTIONS = ("make_loader", "to_context", "net", "square_loss", "SGD", "train_step", "fit")
PART = part("fit", FUNCTIONS, globals())
