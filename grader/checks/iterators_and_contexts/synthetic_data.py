"""What is true of synthetic_data(w, b, num_examples, noise, ctx): X ~ N(0, 1), y = Xw + b + noise * N(0, 1).

Whether numbers are normal is asked with the inequality of Dvoretzky, Kiefer and Wolfowitz with Massart's constant:

    P(sup |F_n - F| > t) <= 2 exp(-2 n t^2)

which holds for every n and every F. Whether two columns belong together is asked with z = a.b / |a|, which is exactly
N(0, 1) when b is normal and independent of a. The rates of all questions of a check add up to its own (union bound).

What float32 does to a label of 20 is 1e-6, or 1e-5 of a noise of 0.1. It moves F_n by 4e-6 and z by 0.002 at most, by
which the rates grow by 1 %.
"""

from __future__ import annotations

import math

import numpy as np

from grader import expect
from grader.checks.iterators_and_contexts.cases import DrawCase, draws
from grader.checks.iterators_and_contexts.misconceptions.synthetic_data import MISCONCEPTIONS
from grader.claims import Refuted, claim, part
from grader.play import Script
from grader.subject import ELSEWHERE, HOME, Array, Subject, Tensor
from grader.things import Device

FALSE_ALARM = 1e-10
"""For each question about a distribution."""
MANY = 20_000
"""Examples behind a question about a distribution: a standard deviation that is off by a tenth shows."""
LARGEST_Z = 6.8
TOGETHER = 1.1e-11
"""P(|N(0, 1)| > 6.8) = 1.05e-11, for each question whether two columns go together."""


def largest_distance(n: int, false_alarm: float = FALSE_ALARM) -> float:
    """From the distribution function, but for this probability, of n numbers that are drawn from it."""
    return math.sqrt(math.log(2 / false_alarm) / (2 * n))


def distance_from_normal(numbers: Array) -> float:
    """sup |F_n - F|, F that of N(0, 1)."""
    return distance_from_uniform(np.array([0.5 * math.erfc(-x / math.sqrt(2)) for x in numbers]))


def distance_from_uniform(numbers: Array) -> float:
    """sup |F_n - F|, F that of numbers between 0 and 1 of which all are equally likely."""
    ordered = np.sort(numbers)
    steps = np.arange(len(ordered) + 1) / len(ordered)
    with np.errstate(invalid="ignore"):
        return float(max(np.max(np.abs(steps[1:] - ordered)), np.max(np.abs(steps[:-1] - ordered))))


def togetherness(one: Array, other: Array) -> float:
    """z, which is N(0, 1) if `other` is normal and has nothing to do with `one`."""
    return float(one @ other / np.linalg.norm(one))


def _draw(subject: Subject, case: DrawCase, *, device: str = HOME, calls: int = 1) -> list[tuple[Tensor, Tensor]]:
    """What `calls` calls in a row give."""
    script = Script("synthetic_data", about=case, strict=device != HOME, device=device)
    made = [
        script.call("synthetic_data", list(case.w), case.b, case.num_examples, case.noise, Device(device))
        for _ in range(calls)
    ]
    script.name(pair=made[0], last=made[-1])
    played = subject.play(script)
    found = []
    for ref in made:
        X, y = expect.items(played[ref], "The result of synthetic_data", 2)
        found.append((expect.tensor(X, "X"), expect.tensor(y, "y")))
    return found


def _residuals(X: Tensor, y: Tensor, case: DrawCase) -> Array:
    """What the labels have beside Xw + b."""
    if X.shape != (case.num_examples, len(case.w)) or y.values.size != case.num_examples:
        raise Refuted(
            "X and y do not have a row for each example and a column for each weight.",
            got=f"shapes {X.shape} and {y.shape}",
            expected=f"shapes {(case.num_examples, len(case.w))} and {(case.num_examples,)}",
        )
    left: Array = y.exact().reshape(-1) - X.exact() @ np.array(case.w) - case.b
    return left


def _expect_normal(numbers: Array, what: str, case: DrawCase) -> None:
    """These are draws from N(0, 1)."""
    if not distance_from_normal(numbers) <= largest_distance(len(numbers)):
        raise Refuted(
            f"{what} is not normal with mean 0 and standard deviation 1.",
            example=str(case),
            got=f"mean {np.mean(numbers):.3g}, standard deviation {np.std(numbers):.3g}",
            expected="mean 0, standard deviation 1, in the shape of a bell",
        )


def _expect_apart(one: Array, other: Array, what: str, case: DrawCase) -> None:
    """`other`, which is normal, has nothing to do with `one`."""
    if not abs(togetherness(one, other)) <= LARGEST_Z:
        correlation = float(np.corrcoef(one, other)[0, 1])
        raise Refuted(
            f"{what} go together.",
            example=str(case),
            got=f"a correlation of {correlation:.2g}",
            expected="independent numbers, a correlation near 0",
        )


def _expect_rows_apart(numbers: Array, what: str, case: DrawCase) -> None:
    """No number has to do with the one beside it, nor with its like in the other half."""
    half = len(numbers) // 2
    _expect_apart(numbers[:-1:2], numbers[1::2], f"Rows next to each other, in {what},", case)
    _expect_apart(numbers[:half], numbers[half:], f"The first and the second half of {what}", case)


@claim(
    points=1,
    given=draws(0.5),
    hint="len(w) says how many features there are. The labels are a plain list of numbers, not a column. Without "
    "dtype=..., MXNet's arrays are float32.",
    examples=10,
)
def synthetic_data_has_a_row_for_each_example(subject: Subject, case: DrawCase) -> None:
    """synthetic_data returns X (n, d) and y (n,) in float32, for any n and any number of weights d."""
    [(X, y)] = _draw(subject, case)
    expect.shape(X, (case.num_examples, len(case.w)), "X")
    expect.shape(y, (case.num_examples,), "y")
    expect.dtype(X, "float32", "X")
    expect.dtype(y, "float32", "y")


@claim(
    points=2,
    given=draws(0.0),
    hint="With noise = 0, every label is its row of X times w, plus b. Which w and b are meant? MXNet draws with no "
    "scale of 0: draw standard normal numbers, and multiply.",
)
def synthetic_data_follows_the_rule(subject: Subject, case: DrawCase) -> None:
    """Without noise the labels are exactly Xw + b, for the w and b that are asked for."""
    [(X, y)] = _draw(subject, case)
    _residuals(X, y, case)
    w = np.array(case.w)
    scale = np.abs(X.exact()) @ np.abs(w) + abs(case.b)
    expect.values(y.exact().reshape(-1), X.exact() @ w + case.b, f"y, for X = {expect.show(X.exact())},", scale=scale)


@claim(
    points=1,
    hint="nd.random.normal draws from the right distribution by itself. Every number of X is drawn for itself.",
    false_alarm=1.01 * (3 * FALSE_ALARM + 9 * TOGETHER),  # of 3 columns, their rows twice, and 3 pairs of them
)
def synthetic_data_has_standard_normal_features(subject: Subject, rng: np.random.Generator) -> None:
    """Every feature is drawn from N(0, 1), independently of the others."""
    case = DrawCase((2.0, -3.4, 1.0), 4.2, MANY, 0.1)
    [(X, y)] = _draw(subject, case)
    _residuals(X, y, case)
    columns = X.exact().T
    for i, column in enumerate(columns):
        _expect_normal(column, f"X[:, {i}]", case)
        _expect_rows_apart(column, f"X[:, {i}]", case)
        for j in range(i):
            _expect_apart(columns[j], column, f"X[:, {j}] and X[:, {i}]", case)


@claim(
    points=1,
    hint="noise is a standard deviation: the number by which standard normal numbers are multiplied. Each label gets "
    "one of its own.",
    false_alarm=1.01 * 2 * (FALSE_ALARM + 4 * TOGETHER),  # of noise of two sizes; rows twice, and 2 columns
)
def synthetic_data_adds_noise_of_the_size_asked_for(subject: Subject, rng: np.random.Generator) -> None:
    """The labels deviate from Xw + b by noise * N(0, 1), for each example anew, whatever its features are."""
    for noise in (0.1, 2.0):
        case = DrawCase((2.0, -3.4), 4.2, MANY, noise)
        [(X, y)] = _draw(subject, case)
        left = _residuals(X, y, case) / noise
        _expect_normal(left, f"What the labels have beside Xw + b, divided by {noise:g},", case)
        _expect_rows_apart(left, "the noise", case)
        for i, column in enumerate(X.exact().T):
            _expect_apart(column, left, f"The noise and X[:, {i}]", case)


@claim(
    points=1,
    hint="A seed set inside the function makes every call draw the same, and a generator made inside cannot be seeded "
    "from outside. Seeding is for whoever calls it.",
    false_alarm=1e-100,  # 30 differences of normal numbers are all below 1e-4, each with probability 1e-4
)
def synthetic_data_draws_anew_each_time(subject: Subject, rng: np.random.Generator) -> None:
    """Two calls give different features and different noise; after seeding anew, the same call gives the same again."""
    case = DrawCase((2.0, -3.4), 4.2, 30, 1.0)
    (X, y), (other_X, other_y) = _draw(subject, case, calls=2)
    noise, other = _residuals(X, y, case), _residuals(other_X, other_y, case)
    if np.array_equal(X.values, other_X.values):
        raise Refuted("The second call gives the features of the first.", example=str(case))
    if np.any(noise) and np.allclose(noise, other, atol=1e-4):
        raise Refuted("The second call gives the noise of the first.", example=str(case))
    seed = int(rng.integers(2**31))
    repeated = []
    for _ in range(2):
        subject.reseed(seed)
        repeated += _draw(subject, case)
    (X, y), (other_X, other_y) = repeated
    if not (np.array_equal(X.values, other_X.values) and np.array_equal(y.values, other_y.values)):
        raise Refuted(
            "After seeding the generators of MXNet and numpy alike, two calls give different numbers.",
            example=f"{case}, with np.random.seed and mx.random.seed before each call",
            got="other numbers",
            expected="the same numbers again",
        )


@claim(
    points=1,
    hint="Everything the function creates, an array of the weights too, takes ctx=ctx.",
)
def synthetic_data_lives_on_ctx(subject: Subject, rng: np.random.Generator) -> None:
    """On a second device, standing in for a GPU, X and y are made there, and nothing else is mixed in."""
    [(X, y)] = _draw(subject, DrawCase((2.0, -3.4), 4.2, 5, 0.1), device=ELSEWHERE)
    expect.device(X, ELSEWHERE, "X")
    expect.device(y, ELSEWHERE, "y")


PART = part("synthetic_data", ("synthetic_data",), globals(), MISCONCEPTIONS)
