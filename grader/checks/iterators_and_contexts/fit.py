"""What is true of fit(loader, w, b, lr, num_epochs), and of all the functions together.

The course trains on 10 000 examples in fours at lr = 1e-4: T = 2500 steps an epoch. Here 400 examples are trained on in
fours at lr = 2.5e-3: T = 100. Both shrink the error of the parameters by the same factor in an epoch, because only the
product lr T counts: with A = [X, 1] and H = A'A / n, a step multiplies the error theta - theta* by I - 2 lr H on
average, so that T steps shrink the part of e'He that belongs to an eigenvalue lam of H by exp(-4 lr lam T): with H near
the identity by exp(-1) = 0.37, as in the published losses (9.098 / 24.66).

What an epoch reports is the mean loss while that happens. So two reports in a row, both less the noise floor f (the
mean square of the residuals at theta*), have a ratio between those exponentials for the largest and for the smallest
eigenvalue of the very data that were trained on, but for what the order of the batches does. That is little. With
errors e before a step and e' after it, residuals r = y - A theta* and a batch of m,

    |e'|^2 = |e|^2 - 4 lr (|A e|^2 - e'A'r) / m + O(lr^2),

and what a report counts of the batch is (|A e|^2 - 2 e'A'r + |r|^2) / m. Added up over an epoch,

    report - f = (|e_0|^2 - |e_T|^2) / (4 lr T) - (mean of e'A'r / m) + O(lr).

The order enters the first part only through the product of matrices that take e_0 to e_T: in simulated trainings
without noise, which start along one eigenvector, a ratio is 0.5 % below exp(-4 lr lam T), give or take 0.1 %, and never
deviated by 1.2 %. `RATIO` allows 15 %. The second part is a mean of n products of independent signs, whose share that
is constant over the epoch is zero (A'r = 0), and whose rest, 0.082 of the variance for an error that shrinks by
exp(-1), is sqrt(0.082 f (report - f) / n), or 0.014 sqrt(f (report - f)). At its worst, where the report is f and 1.8 f
on top, it moves a ratio by a fourteenth (one standard deviation) of what `RATIO` and the tenth of f in `FLOOR` allow
together. `scripts/calibrate.py design` measures all of it, and extrapolates to a rate far below the one that is stated.

fit calls the student's own functions, which have parts of their own. Nobody pays for a mistake in those twice: fit is
right if it does what the mathematics says, or else what comes out when the student's train_step is called from here.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from grader import expect
from grader.checks.iterators_and_contexts import loop
from grader.checks.iterators_and_contexts.cases import TrainCase, trainings
from grader.checks.iterators_and_contexts.misconceptions.fit import MISCONCEPTIONS
from grader.checks.iterators_and_contexts.passes import as_arrays
from grader.claims import Refuted, Unusable, claim, part
from grader.play import Script
from grader.subject import ELSEWHERE, HOME, Array, Raised, StudentFault, Subject, Tensor
from grader.things import Iterated, Number

NUM_EXAMPLES, BATCH_SIZE, LR, NUM_EPOCHS = 400, 4, 2.5e-3, 8
RATIO, FLOOR = 0.15, 0.1
"""What a report may deviate by: of what the one before leads to, and of the floor."""
FALSE_ALARM = 1e-6
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
    script.name(means=means)
    played = subject.play(script)
    numbers = [expect.number(one, "A mean loss") for one in expect.items(played[means], "The result of fit")]
    theta = loop.theta_of(expect.tensor(played[w_after], "w").exact(), expect.tensor(played[b_after], "b").exact())
    return Fitted(numbers, theta)


def _expected(case: TrainCase) -> Fitted:
    return Fitted(*loop.epochs(loop.theta_of(case.w, case.b), case.batches, case.lr, case.num_epochs))


def _by_steps(subject: Subject, case: TrainCase, *, device: str = HOME) -> Fitted | None:
    """What comes out if we call the student's train_step for every batch; None if it fails.

    device: where w and b live; the batches are at home.
    """
    script = Script("fit", strict=True)
    w, b = (script.array(param, grad=True, device=device) for param in (case.w, case.b))
    batches = [(script.array(data), script.array(label)) for data, label in case.batches]
    epochs = [[script.call("train_step", *batch, w, b, case.lr) for batch in batches] for _ in range(case.num_epochs)]
    w_after, b_after = script.look(w), script.look(b)
    try:
        played = subject.play(script)
    except StudentFault:
        return None
    w_end, b_end = played[w_after], played[b_after]
    losses = [[played[ref] for ref in refs] for refs in epochs]
    if not isinstance(w_end, Tensor) or not isinstance(b_end, Tensor):
        return None
    means = [float(np.mean([one.value for one in epoch if isinstance(one, Number)])) for epoch in losses]
    return Fitted(means, loop.theta_of(w_end.exact(), b_end.exact()))


def _near(found: float, expected: float) -> bool:
    return abs(found - expected) <= 1e-4 * max(abs(expected), 1.0)


def _same_means(one: list[float], other: list[float]) -> bool:
    return len(one) == len(other) and all(map(_near, one, other))


def _same_theta(one: Array, other: Array) -> bool:
    return one.shape == other.shape and bool(np.all(np.abs(one - other) <= 1e-3 + 1e-4 * np.abs(other).max()))


@claim(
    points=2,
    given=trainings(sizes=SMALL, epochs=st.integers(1, 3)),
    hint="Add up what train_step returns over the batches of one epoch, divide by their number, and begin the next "
    "epoch with nothing.",
    examples=15,
)
def fit_returns_the_mean_loss_of_every_epoch(subject: Subject, case: TrainCase) -> None:
    """fit returns a list with one number for each epoch: the mean of the losses that its batches had."""
    found, expected = _fit(subject, case).means, _expected(case).means
    if len(found) != len(expected):
        raise Refuted(
            "fit does not return a number for each epoch.",
            got=f"{len(found)} numbers",
            expected=f"{len(expected)} numbers",
        )
    if not _same_means(found, expected):
        by_steps = _by_steps(subject, case)
        if by_steps is not None and _same_means(found, by_steps.means):
            return
        number = [_near(*pair) for pair in zip(found, expected, strict=True)].index(False)
        raise Refuted(
            f"The mean loss of epoch {number + 1} is wrong.",
            got=expect.show(found[number]),
            expected=expect.show(expected[number]),
        )


@claim(
    points=2,
    given=trainings(sizes=SMALL, epochs=st.integers(1, 3)),
    hint="Every batch of every epoch takes its step, and each step starts where the one before it ended.",
    examples=15,
)
def fit_takes_a_step_for_every_batch(subject: Subject, case: TrainCase) -> None:
    """After num_epochs passes over the loader, w and b are where a step for every batch leads."""
    found, expected = _fit(subject, case).theta, _expected(case).theta
    if not _same_theta(found, expected):
        by_steps = _by_steps(subject, case)
        if by_steps is not None and _same_theta(found, by_steps.theta):
            return
        raise Refuted(
            "w and b are not where a step for every batch leads.",
            got=f"w = {expect.show(found[:-1])}, b = {expect.show(found[-1])}",
            expected=f"w = {expect.show(expected[:-1])}, b = {expect.show(expected[-1])}",
        )


@claim(
    points=2,
    hint="All of it has to work together: the loader's batches, flat labels, two devices. If the checks above pass, "
    "look for what happens only in later epochs. Each of them is a loop of its own over the loader.",
    false_alarm=FALSE_ALARM,
)
def fit_falls_as_theory_says(subject: Subject, rng: np.random.Generator) -> None:
    """On a problem like the notebook's, with your own loader, the loss falls by e each epoch, down to the noise.

    Where the interval comes from stands in the module's docstring.
    """
    X, y, start = problem(rng)
    if not _passes_are_whole(subject, X, y):
        return
    right_elsewhere = _steps_are_right(subject, X, y, start, device=ELSEWHERE)
    right = right_elsewhere or _steps_are_right(subject, X, y, start, device=HOME)
    device = ELSEWHERE if right_elsewhere else HOME
    if right:  # with another loss, or another step, the means may be the same for other reasons
        _expect_passes_of_their_own(subject)
    losses = _falling(subject, X, y, start, device=device)
    example = f"{NUM_EXAMPLES} examples in batches of {BATCH_SIZE}, noise 0.1, lr = {LR:g}, {NUM_EPOCHS} epochs"
    if len(losses) != NUM_EPOCHS:
        raise Unusable("fit does not return a number for each epoch.", got=f"{len(losses)} numbers", example=example)
    theory = theory_of(X, y)
    for number, (before, now) in enumerate(pairwise(losses), start=2):
        low, high = (float(end) for end in interval(before, theory))
        if right and not low <= now <= high:
            raise Refuted(
                f"The loss of epoch {number} does not follow from that of epoch {number - 1}.",
                example=example,
                got=f"{before:.4g}, then {now:.4g}",
                expected=f"between {low:.3g} and {high:.3g} (the noise alone leaves {theory.floor:.3g})",
            )


EPOCHS_OF_FIVE = 30
SMALLEST_RATE = 1e-9
"""Of a training that goes nowhere: its 60 steps move no loss by more than 1e-6 of itself."""


def _expect_passes_of_their_own(subject: Subject) -> None:
    """In each epoch the batches are those of a new pass over the loader.

    Five examples in fours: which of them is left for the second batch decides about the mean of the two losses, at
    parameters that hardly move. That it is the same one in 30 passes happens to a right answer once in 5^29.
    """
    X, y = np.ones((5, 2)), np.arange(1.0, 6.0)
    script = Script("fit")
    loader = script.call("make_loader", X, y, BATCH_SIZE, show=False)
    with script.repeat(EPOCHS_OF_FIVE):
        dealt = script.each(loader, limit=20)
    w, b = script.array(np.zeros((2, 1)), grad=True), script.array(np.zeros(1), grad=True)
    made = script.call("fit", loader, w, b, SMALLEST_RATE, EPOCHS_OF_FIVE)
    played = subject.play(script)
    means = [expect.number(one, "A mean loss") for one in expect.items(played[made], "The result of fit")]
    if means and max(means) - min(means) > 1e-3 * max(means):
        return
    again = played[dealt]
    passes = [as_arrays(one) or [] for one in again.items] if isinstance(again, Iterated) else []
    if len({tuple(tuple(sorted(labels.reshape(-1))) for _, labels in batches) for batches in passes}) > 1:
        raise Refuted(
            "fit trains on the same batches in every epoch, though the loader deals out others in each pass.",
            example=f"5 examples in batches of {BATCH_SIZE}, {EPOCHS_OF_FIVE} epochs, lr = {SMALLEST_RATE:g}",
            got=f"the mean loss {means[0]:.4g} in every epoch" if means else "no mean loss",
            expected="another one for each batch that is dealt out last",
        )


def _falling(subject: Subject, X: Array, y: Array, start: Array, *, device: str) -> list[float]:
    """The losses of a whole training: data at home, parameters on `device`."""
    script = Script("fit", strict=True)
    features, labels = script.array(X, device=HOME), script.array(y, device=HOME)
    w = script.array(start[:2].reshape(2, 1), grad=True, device=device)
    b = script.array(start[2:], grad=True, device=device)
    loader = script.call("make_loader", features, labels, BATCH_SIZE, show=False)
    made = script.call("fit", loader, w, b, LR, NUM_EPOCHS)
    played = subject.play(script)
    return [expect.number(one, "A mean loss") for one in expect.items(played[made], "The result of fit")]


def _steps_are_right(subject: Subject, X: Array, y: Array, start: Array, *, device: str) -> bool:
    """Whether train_step does what it should by itself; if not, that has been paid for elsewhere."""
    sample = [(X[i : i + 4], y[i : i + 4]) for i in range(0, 40, 4)]
    case = TrainCase(tuple(X for X, _ in sample), tuple(y for _, y in sample), start[:2].reshape(2, 1), start[2:], LR)
    found, expected = _by_steps(subject, case, device=device), _expected(case)
    return found is not None and _same_means(found.means, expected.means) and _same_theta(found.theta, expected.theta)


def _passes_are_whole(subject: Subject, X: Array, y: Array) -> bool:
    """Whether the loader gives every row with its label, in fours, twice; if not, that has been paid for elsewhere."""
    script = Script("fit")
    loader = script.call("make_loader", X[:40], y[:40], BATCH_SIZE, show=False)
    read = [script.each(loader, limit=80) for _ in range(2)]
    try:
        played = subject.play(script)
    except Raised:
        return False
    rows = np.hstack([X[:40], y[:40, None]]).astype(np.float32).astype(np.float64)
    for ref in read:
        batches = as_arrays(played[ref]) or []
        if any(X.shape != (BATCH_SIZE, 2) or y.size != BATCH_SIZE for X, y in batches):
            return False
        came = sorted(tuple(row) for X, y in batches for row in np.hstack([X, y.reshape(-1, 1)]).tolist())
        if came != sorted(tuple(row) for row in rows.tolist()):
            return False
    return True


class Theory(NamedTuple):
    """The smallest and the largest eigenvalue of H, and the mean square of what no parameters can explain."""

    smallest: float
    largest: float
    floor: float


def interval(before: Array | float, theory: Theory, ratio: float = RATIO, floor: float = FLOOR) -> tuple[Array, Array]:
    """The least and the largest that an epoch may report after one that reported `before`."""
    exponent, margin = 4 * LR * NUM_EXAMPLES / BATCH_SIZE, floor * theory.floor
    error: Array = np.maximum(np.asarray(before) - theory.floor, 0.0)
    low: Array = theory.floor + error * np.exp(-exponent * theory.largest) * (1 - ratio) - margin
    high: Array = theory.floor + error * np.exp(-exponent * theory.smallest) * (1 + ratio) + margin
    return low, high


def problem(rng: np.random.Generator) -> tuple[Array, Array, Array]:
    """Features, labels, and the parameters (w, then b) to start from."""
    X, theta = rng.normal(size=(NUM_EXAMPLES, 2)), np.array([2.0, -3.4, 4.2])
    y = loop.design(X) @ theta + 0.1 * rng.normal(size=NUM_EXAMPLES)
    return X, y, rng.normal(size=3)


def theory_of(X: Array, y: Array) -> Theory:
    A = loop.design(X)
    best = np.linalg.lstsq(A, y, rcond=None)[0]
    eigenvalues = np.linalg.eigvalsh(A.T @ A / len(A))
    return Theory(float(eigenvalues[0]), float(eigenvalues[-1]), float(np.mean((A @ best - y) ** 2)))


FUNCTIONS = ("make_loader", "to_context", "net", "square_loss", "SGD", "train_step", "fit")
PART = part("fit", FUNCTIONS, globals(), MISCONCEPTIONS)
