"""What is true of the four functions together, in the course's training loop.

The thresholds are derived, not tuned. With H = A'A / n, A = [X, 1], minibatch SGD on (y_hat - y)^2 / 2 moves towards
the least-squares solution theta* of the very data it is given; T steps at rate lr shrink the distance along an
eigenvector of H with eigenvalue lam by about exp(-lr lam T), and the noise of minibatches of size m keeps the
parameters at a distance of variance about lr sigma^2 / (2 m) in each direction, where sigma^2 is the variance of the
residuals (Mandt, Hoffman and Blei 2017, eq. 9-12, for a noise covariance of sigma^2 H / m).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from grader import expect
from grader.checks.linreg_scratch.course import FUNCTIONS, stand_in
from grader.claims import Refuted, Unusable, claim, part
from grader.subject import Array, Subject, Training

CONTRACTION_SAFETY = 0.75
"""Share of the exponent lr lam T that is counted on: minibatches make the contraction vary by a few per cent only."""
NOISE_SAFETY = 40.0
"""Multiple of the expected excess loss that is still accepted.

The excess is a sum of d + 1 squared, nearly normal terms (weights at most one): P(chi2_k > 40 k) is below 1e-9 for
k = 2, the smallest here (exp(-k (40 - 1 - ln 40) / 2) = 4e-16). So the false-alarm rate is far below `FALSE_ALARM`.
"""
FALSE_ALARM = 1e-6
"""The probability that a right answer ends above a threshold, as promised. `make calibrate` looks at how far it stays
below: at looser thresholds whose rate can be counted, and at the largest excess of many trainings."""


@dataclass(frozen=True)
class Problem:
    """A regression data set and how to train on it: features (n, d), labels (n,), w (d, 1) and b (1,) to start from."""

    features: Array
    labels: Array
    w: Array
    b: Array
    lr: float
    batch_size: int
    num_epochs: int

    def __str__(self) -> str:
        n, d = self.features.shape
        return (
            f"{n} examples, {d} feature{'s' * (d > 1)}, batch_size = {self.batch_size}, lr = {self.lr:g}, "
            f"num_epochs = {self.num_epochs}"
        )

    @property
    def steps(self) -> int:
        return self.num_epochs * -(-len(self.features) // self.batch_size)

    @property
    def design(self) -> Array:
        """A = [X, 1], in the float32 rounding that training sees."""
        features = self.features.astype(np.float32).astype(np.float64)
        return np.hstack([features, np.ones((len(features), 1))])

    @property
    def targets(self) -> Array:
        return self.labels.astype(np.float32).astype(np.float64)

    def start(self) -> Array:
        theta: Array = np.concatenate([self.w.reshape(-1), self.b]).astype(np.float32).astype(np.float64)
        return theta

    def solution(self) -> Array:
        """The least-squares solution theta* = (w, b) of this data set."""
        found: Array = np.linalg.lstsq(self.design, self.targets, rcond=None)[0]
        return found

    def mean_loss(self, theta: Array) -> float:
        """The mean squared loss over the data, residual^2 / 2."""
        return float(np.mean((self.design @ theta - self.targets) ** 2) / 2)

    def allowed_excess(self, noise_safety: float = NOISE_SAFETY) -> float:
        """How far above the least-squares loss training may end (see the module's docstring)."""
        n, columns = self.design.shape
        eigenvalues = np.linalg.eigvalsh(self.design.T @ self.design / n)
        distance = float(np.sum((self.start() - self.solution()) ** 2))
        left_over = np.exp(-2 * CONTRACTION_SAFETY * self.lr * eigenvalues[0] * self.steps)
        sigma2 = 2 * self.mean_loss(self.solution())
        noise = columns * self.lr * sigma2 * eigenvalues[-1] / (4 * self.batch_size)
        # 1e-10: float32 parameters of size 4 are known to 2e-7, their squared error matters no further.
        return float(eigenvalues[-1] / 2 * distance * left_over + noise_safety * noise + 1e-10)

    def allowed_distance(self, noise_safety: float = NOISE_SAFETY) -> float:
        """How far from theta* training may end: the excess loss is at least lam_min |theta - theta*|^2 / 2."""
        smallest = np.linalg.eigvalsh(self.design.T @ self.design / len(self.design))[0]
        return float(np.sqrt(2 * self.allowed_excess(noise_safety) / smallest))


def random_problem(
    rng: np.random.Generator,
    *,
    num_examples: int,
    num_features: int,
    batch_size: int,
    lr: float,
    num_epochs: int,
    w: Array | None = None,
    b: float | None = None,
    noise: float = 0.01,
) -> Problem:
    """Standard normal features, y = Xw + b + noise; the course's way of drawing the first parameters."""
    w = rng.uniform(-4, 4, size=num_features) if w is None else w
    b = float(rng.uniform(-4, 4)) if b is None else b
    features = rng.normal(size=(num_examples, num_features))
    labels = features @ w + b + noise * rng.normal(size=num_examples)
    start = 0.01 * rng.normal(size=(num_features, 1))
    return Problem(features, labels, start, np.zeros(1), lr, batch_size, num_epochs)


def course_problem(rng: np.random.Generator) -> Problem:
    """The problem of the notebook: 1000 examples, w = [2, -3.4], b = 4.2, noise 0.01, three epochs in tens at 0.03."""
    return random_problem(
        rng,
        num_examples=1000,
        num_features=2,
        batch_size=10,
        lr=0.03,
        num_epochs=3,
        w=np.array([2.0, -3.4]),
        b=4.2,
    )


def other_problems(rng: np.random.Generator) -> Iterator[Problem]:
    """Random problems with 1 to 5 features, in batches that do not divide the data."""
    for num_examples, num_features, batch_size, lr, num_epochs in (
        (150, 1, 16, 0.2, 6),
        (91, 3, 8, 0.2, 6),
        (503, 5, 8, 0.1, 3),
    ):
        yield random_problem(
            rng,
            num_examples=num_examples,
            num_features=num_features,
            batch_size=batch_size,
            lr=lr,
            num_epochs=num_epochs,
        )


def _train(subject: Subject, problem: Problem) -> Training:
    training = subject.train(
        problem.features,
        problem.labels,
        problem.w,
        problem.b,
        lr=problem.lr,
        num_epochs=problem.num_epochs,
        batch_size=problem.batch_size,
    )
    if training.problem or training.endless or len(training.epochs) < problem.num_epochs:
        raise Unusable(
            training.problem or "data_iter gives far more batches than the rows fill, so the loop was stopped.",
            example=str(problem),
        )
    return training


def _final(training: Training) -> Array:
    last = training.epochs[-1]
    return np.concatenate([last.w.reshape(-1), last.b.reshape(-1)])


def _loss(loss: float) -> str:
    """A loss as in the notebook: 0.00005, not 5e-05."""
    return np.format_float_positional(loss, 3, fractional=False, trim="-") if 1e-9 < loss < 1e6 else f"{loss:.3g}"


def _how_far(distance: float, allowed: float) -> str:
    if not distance < 1e3:  # nan too
        return "Training ran away: from step to step the parameters grew, instead of settling."
    return f"The parameters found are off by {distance:.2g}; rounding and noise explain no more than {allowed:.2g}."


@claim(
    points=2,
    hint="If a part above has lost points, begin there. If not, look at what happens from batch to batch: does every "
    "batch take one step, with a gradient that belongs to it?",
    false_alarm=FALSE_ALARM,
)
def training_reaches_the_noise_floor(subject: Subject, rng: np.random.Generator) -> None:
    """On the notebook's problem, three passes bring the loss down to what the noise in the labels leaves."""
    problem = course_problem(rng)
    training = _train(subject, problem)
    loss = problem.mean_loss(_final(training))
    floor = problem.mean_loss(problem.solution())
    bound = floor + problem.allowed_excess()
    if not loss <= bound:
        by_epoch = [problem.mean_loss(np.concatenate([e.w.reshape(-1), e.b.reshape(-1)])) for e in training.epochs]
        raise Refuted(
            "The mean loss after training is too large.",
            example=str(problem),
            got=", ".join(map(_loss, by_epoch)) + " after each pass",
            expected=f"at most {_loss(bound)} after the last (the noise alone leaves {_loss(floor)})",
        )


@claim(
    points=2,
    hint="If a part above has lost points, begin there. If not: here are other numbers of features than the notebook "
    "has, other rates, and rows that batch_size does not divide. Are numbers of the notebook written into your "
    "functions?",
    false_alarm=FALSE_ALARM,
)
def training_recovers_the_parameters(subject: Subject, rng: np.random.Generator) -> None:
    """On random problems with 1 to 5 features, in batches that do not divide the data, training finds w and b."""
    for problem in other_problems(rng):
        theta, best = _final(_train(subject, problem)), problem.solution()
        allowed = problem.allowed_distance()
        if not np.linalg.norm(theta - best) <= allowed:
            raise Refuted(
                _how_far(float(np.linalg.norm(theta - best)), allowed),
                example=str(problem),
                got=f"w = {expect.show(theta[:-1])}, b = {expect.show(theta[-1])}",
                expected=f"w = {expect.show(best[:-1])}, b = {expect.show(best[-1])}",
            )


@claim(
    points=2,
    hint="If a part above has lost points, begin there. If not: each batch must change the parameters by exactly the "
    "step of part 4, starting from where the batch before it ended. Nothing may be cut off, remembered from earlier "
    "steps, or changed from step to step.",
    false_alarm=0.0,  # it is compared with where its own batches lead, whatever they are
)
def training_follows_every_step(subject: Subject, rng: np.random.Generator) -> None:
    """From batch to batch the parameters go exactly where the definitions of the four functions lead."""
    problem = random_problem(
        rng,
        num_examples=62,
        num_features=3,
        batch_size=8,
        lr=0.1,
        num_epochs=2,
        w=np.array([30.0, -20.0, 10.0]),
        b=25.0,
    )
    training = _train(subject, problem)
    theta = problem.start()
    for number, epoch in enumerate(training.epochs, start=1):
        if not epoch.batches:
            raise Unusable("data_iter gave no batch at all in one of the passes.", example=str(problem))
        for X, y in epoch.batches:
            if X.ndim != 2 or X.shape[1] != 3 or y.size != len(X):
                raise Unusable(f"A batch has arrays of shapes {X.shape} and {y.shape}.", example=str(problem))
            A = np.hstack([X, np.ones((len(X), 1))])
            theta = theta - problem.lr * A.T @ (A @ theta - y.reshape(-1)) / problem.batch_size
        found = np.concatenate([epoch.w.reshape(-1), epoch.b.reshape(-1)])
        # A ten-thousandth of the largest parameter: float32 rounding over 16 steps stays a hundred times below.
        if not np.all(np.abs(found - theta) <= 1e-4 * np.abs(theta).max()):
            raise Refuted(
                f"After pass {number} the parameters are not where the formulas lead from the batches that came.",
                example=str(problem),
                got=f"w = {expect.show(found[:-1])}, b = {expect.show(found[-1])}",
                expected=f"w = {expect.show(theta[:-1])}, b = {expect.show(theta[-1])}",
            )


PART = part("training", FUNCTIONS, globals(), stand_in=stand_in)
