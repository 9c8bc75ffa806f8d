"""What a right submission risks, and how small a mistake is still seen: three studies, printed as Markdown tables.

    python scripts/calibrate.py [STUDY...] [--assignment NAME]... [--seed S] [--seeds N] [--jobs J] ...

    false-alarms  every check, on the reference at many seeds and on every right submission we have (of linreg_scratch
                  on the course's own functions as well, which are sooner asked)
    design        loosened thresholds, on simulated shuffles, draws and trainings: the design rate beside the measured
    sensitivity   of linreg_scratch: the smallest strength of each mistake at which a check still sees it, at every one
                  of several seeds

Exit code 1 if a right answer failed a check, or if a rate was measured above its design. The same options give the
same tables.
"""

from __future__ import annotations

import argparse
import gc
import math
import os
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from multiprocessing import Pool
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, TypeVar

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the matrices are small, and there is a process for every core
warnings.simplefilter("ignore")  # MXNet's own, at its import

import numpy as np  # noqa: E402

from grader import checks, shuffling  # noqa: E402
from grader.checks.exercises import fit_temperature  # noqa: E402
from grader.checks.iterators_and_contexts import fit, synthetic_data  # noqa: E402
from grader.checks.linreg_scratch import training  # noqa: E402
from grader.checks.linreg_scratch.course import CourseSubject  # noqa: E402
from grader.claims import Check, PartSpec  # noqa: E402
from grader.course import Course  # noqa: E402
from grader.demo import sample_classes  # noqa: E402
from grader.running import passes  # noqa: E402
from grader.seeds import PUBLIC_SEED, derived_seed  # noqa: E402
from grader.submissions import cells, load  # noqa: E402
from solutions import reference  # noqa: E402
from tests.rates import CONFIDENCE, falling_root, lower_bound, noise_safety, tail_beyond, upper_bound  # noqa: E402
from tests.simulations import (  # noqa: E402
    FEW_PASSES,
    MANY_ROWS,
    PASSES,
    ROWS,
    contraction_alone,
    estimates,
    excesses,
    fair_evidence,
    fall_along_an_eigenvector,
    fall_as_drawn,
    largest_distances,
    noise_alone,
    squared_distances,
    strictest_lean,
    togethernesses,
    trained,
)
from tests.slightly_wrong import Mistake, mistakes  # noqa: E402

STUDIES = ("false-alarms", "design", "sensitivity")
FIRST = "linreg_scratch"
"""The assignment whose functions are also there in numpy, and of which mistakes of any strength can be made."""
PARTS: dict[str, dict[str, PartSpec]] = {
    name: {part.id: part for part in checks.parts(name)} for name in checks.assignments()
}
PATIENCE = 300.0
"""Seconds for a call that comes back: what is right must not depend on how busy the machine is."""
MORE = 10
"""How many times as often a check that meets chance is tried on the course's own functions."""
LEVELS = (1e-1, 1e-2, 1e-3, 1e-4)
"""Design rates that can be counted."""
SHUFFLES_AT_ONCE = 500
"""Simulated gradings in one task."""

Task, Done = TypeVar("Task"), TypeVar("Done")


def spread(jobs: int, work: Callable[[Task], Done], tasks: Sequence[Task]) -> Iterator[Done]:
    """`work` done on all tasks, in their order, in so many processes."""
    if jobs == 1:
        yield from map(work, tasks)
        return
    # Every DataLoader of Gluon collects garbage when it is made; spare it what was there before.
    with Pool(jobs, gc.freeze) as pool:
        yield from pool.imap(work, tasks)


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], *, words: int = 1) -> None:
    """Print a Markdown table; the columns after the first few, which hold `words`, are aligned to the right."""
    print("|", " | ".join(heads), "|")
    print("|", " | ".join(["---"] * words + ["---:"] * (len(heads) - words)), "|")
    for row in rows:
        print("|", " | ".join(map(str, row)), "|")
    print(flush=True)


def rate(value: float) -> str:
    return "0" if value == 0 else f"{value:.2g}"


# False alarms: every check, on what is right.


OWN, SUBMISSIONS = "the course's own", "submissions"
RATES = ("failures", "measured", "rate below")


class Graded(NamedTuple):
    """One right answer before one check."""

    check: str
    subject: str
    seed: int
    passed: bool


class Submission(NamedTuple):
    """A right submission to be graded at a seed; an empty name is the reference. chance: by chance's checks alone."""

    assignment: str
    name: str
    seed: int
    chance: bool = False


def in_order(assignment: str, *, chance: bool = False) -> list[Check]:
    """The checks of an assignment, or those alone in which chance may matter."""
    found = [check for part in PARTS[assignment].values() for check in part.checks]
    return [check for check in found if check.given is None or not chance]


def grade_courses_own(task: tuple[int, bool]) -> list[Graded]:
    """The course's own functions at one seed, before every check or (`chance`) those that meet chance alone."""
    seed, chance = task
    return [
        Graded(check.id, OWN, seed, passes(check, CourseSubject(), seed)) for check in in_order(FIRST, chance=chance)
    ]


@cache
def right_folder(assignment: str) -> Path:
    return sample_classes(Course(ROOT))[assignment] / "right"


def grade_submission(task: Submission) -> list[Graded]:
    """A right submission at one seed, in every part in which a function of its own takes part."""
    from grader.local import LocalSubject

    around: ModuleType = reference(task.assignment)
    parts = PARTS[task.assignment].values()
    functions = {name: getattr(around, name) for part in parts for name in part.functions}
    defined = set(functions)
    if task.name:
        path = right_folder(task.assignment) / f"{task.name}.py"
        defined = set(cells(path.read_text(encoding="utf-8"), functions))
        functions = load(path, functions, around)
    subject = LocalSubject(functions, seconds=PATIENCE)
    chosen = [check for part in parts if defined & set(part.functions) for check in part.checks]
    return [
        Graded(check.id, task.name or "the reference", task.seed, passes(check, subject, task.seed))
        for check in chosen
        if check.given is None or not task.chance
    ]


def false_alarms(options: argparse.Namespace) -> bool:
    """The first study. Whether all that is right passed."""
    print("## False alarms\n\nBounds are exact (Clopper and Pearson), one-sided, 95 %.\n")
    found = [never_failed(assignment, options) for assignment in options.assignment]
    return all(found)


def never_failed(assignment: str, options: argparse.Namespace) -> bool:
    """Print how often what is right failed each check of an assignment; whether it never did."""
    groups = {OWN: courses_own(options)} if assignment == FIRST else {}
    groups[SUBMISSIONS] = submissions(assignment, options)
    graded = [one for group in groups.values() for one in group]
    print(f"### {assignment}\n\n{described(assignment, options)}: {len(graded)} gradings of a check.\n")
    counted = [Counter((one.check, one.passed) for one in group) for group in groups.values()]
    table(
        ["check", "stated", *(head for group in groups for head in (f"{group}: gradings", *RATES))],
        (
            [check.id, stated(check), *(cell for count in counted for cell in measured(count, check.id))]
            for check in in_order(assignment)
        ),
    )
    failures = [one for one in graded if not one.passed]
    for one in failures:
        print(f"FALSE ALARM: {one.subject} failed {one.check} at seed {one.seed}.")
    return not failures


def described(assignment: str, options: argparse.Namespace) -> str:
    own = f"The course's own functions at {options.seeds} seeds, {options.seeds * MORE} where chance matters; the"
    return (
        f"{own if assignment == FIRST else 'The'} reference at {options.reference_seeds} seeds, "
        f"{options.chance_seeds} where chance matters; {len(right_names(assignment, options))} right submissions at "
        f"{options.right_seeds}"
    )


def courses_own(options: argparse.Namespace) -> list[Graded]:
    seeds = [derived_seed(options.seed, "course", i) for i in range(options.seeds * MORE)]
    tasks = [(seed, i >= options.seeds) for i, seed in enumerate(seeds)]
    return [graded for done in spread(options.jobs, grade_courses_own, tasks) for graded in done]


def right_names(assignment: str, options: argparse.Namespace) -> list[str]:
    return sorted(path.stem for path in right_folder(assignment).glob("*.py"))[:: options.every]


def submissions(assignment: str, options: argparse.Namespace) -> list[Graded]:
    """The reference and the right submissions."""
    most = max(options.reference_seeds, options.chance_seeds, options.right_seeds)
    seeds = [derived_seed(options.seed, "right", i) for i in range(most)]
    tasks = [
        Submission(assignment, "", seed, chance=i >= options.reference_seeds)
        for i, seed in enumerate(seeds)
        if i < max(options.reference_seeds, options.chance_seeds)
    ]
    names = right_names(assignment, options)
    tasks += [Submission(assignment, name, seed) for seed in seeds[: options.right_seeds] for name in names]
    return [graded for done in spread(options.jobs, grade_submission, tasks) for graded in done]


def stated(check: Check) -> str:
    return rate(check.false_alarm) if check.false_alarm else "exact"


def measured(counts: Counter[tuple[str, bool]], check: str) -> list[object]:
    """Gradings, failures, the measured rate and its upper bound."""
    failed = counts[check, False]
    total = failed + counts[check, True]
    return [total, failed, rate(failed / total), rate(upper_bound(failed, total))] if total else ["", "", "", ""]


# Design rates: thresholds so loose that their rate can be counted.


def design(options: argparse.Namespace) -> bool:
    """The second study. Whether no rate was measured above its design."""
    print("## Design rates\n")
    chosen = set(options.assignment)
    kept = []
    for of, study in (
        ({FIRST, "iterators_and_contexts"}, shuffles_as_designed),
        ({FIRST}, leans_as_designed),
        ({FIRST}, trainings_as_designed),
        ({"iterators_and_contexts"}, draws_as_designed),
        ({"iterators_and_contexts"}, falls_as_designed),
        ({"exercises"}, temperatures_as_designed),
    ):
        if of & chosen:
            kept.append(study(options))
    return all(kept)


def portions(seed: int, name: str, total: int) -> list[tuple[int, int]]:
    """Tasks of at most `SHUFFLES_AT_ONCE` simulated gradings, each with a seed of its own."""
    starts = range(0, total, SHUFFLES_AT_ONCE)
    return [(derived_seed(seed, name, i), min(SHUFFLES_AT_ONCE, total - start)) for i, start in enumerate(starts)]


def fair_gradings(task: tuple[int, int]) -> np.ndarray:
    seed, count = task
    return fair_evidence(np.random.default_rng(seed), count)


def shuffles_as_designed(options: argparse.Namespace) -> bool:
    tasks = portions(options.seed, "shuffles", options.shuffles)
    found = np.concatenate(list(spread(options.jobs, fair_gradings, tasks)))
    print(
        f"The test for uniform shuffles, on {len(found)} gradings of {PASSES} uniform passes each; its threshold is "
        f"set for {rate(shuffling.FALSE_ALARM)}, an evidence of {shuffling.enough(ROWS, shuffling.FALSE_ALARM):.1f}, "
        f"and the largest seen is {found.max():.1f}.\n"
    )
    counts = [int((found > shuffling.enough(ROWS, level)).sum()) for level in LEVELS]
    return levels_kept("the test for uniform shuffles", counts, len(found))


def fair_leans(task: tuple[int, int]) -> np.ndarray:
    seed, count = task
    return strictest_lean(np.random.default_rng(seed), count, LEVELS)


def leans_as_designed(options: argparse.Namespace) -> bool:
    tasks = portions(options.seed, "leans", options.leans)
    found = np.concatenate(list(spread(options.jobs, fair_leans, tasks)))
    print(
        f"The test for a slight bias, on {len(found)} gradings of {FEW_PASSES} uniform passes over {MANY_ROWS} rows "
        f"each; its threshold is set for {rate(shuffling.FALSE_ALARM)}.\n"
    )
    return levels_kept("the test for a slight bias", [int((found <= level).sum()) for level in LEVELS], len(found))


def levels_kept(what: str, counts: Sequence[int], total: int, *, confidence: float = CONFIDENCE) -> bool:
    """Print how often what is right was called wrong at each of `LEVELS`; whether that is as designed.

    confidence: of the lower bounds. Where the design rate is exact, or nearly so, one in twenty would be above it.
    """
    table(
        ["design rate", "gradings", "called wrong", "measured", "rate below"],
        ([rate(level), *level_row(count, total)] for level, count in zip(LEVELS, counts, strict=True)),
    )
    faults = [fault(what, level, count, total, confidence) for level, count in zip(LEVELS, counts, strict=True)]
    print(*faults, sep="", end="")
    return not any(faults)


def level_row(count: int, total: int) -> list[object]:
    return [total, count, rate(count / total), rate(upper_bound(count, total))]


def fault(what: str, level: float, count: int, total: int, confidence: float = CONFIDENCE) -> str:
    """Empty where a rate may be as low as its design, as far as it was measured."""
    if lower_bound(count, total, confidence) <= level:
        return ""
    return f"ABOVE ITS DESIGN: {what} called {count} of {total} wrong at a design rate of {rate(level)}.\n\n"


class Trained(NamedTuple):
    """Right trainings of problems of one kind, one element each.

    noise: the excess loss of a training started at the solution, in units of the expected one. contraction: the share
    of what is allowed for the way from the start, without noise. whole: the share of its threshold that the check sees.
    """

    columns: int
    noise: np.ndarray
    contraction: np.ndarray
    whole: np.ndarray


BEYOND = ("beyond, power law", "beyond, exponential", "beyond, Chernoff", "largest share of the threshold")
PROBLEMS = ("the notebook's", "other, 1 feature", "other, 3 features", "other, 5 features")


def train_problem(task: tuple[int, int, int]) -> Trained:
    """Many trainings of one problem of a kind, drawn as the check draws it."""
    kind, seed, orders = task
    rng = np.random.default_rng(seed)
    problem = training.course_problem(rng) if kind == 0 else list(training.other_problems(rng))[kind - 1]
    noisy, exact = noise_alone(problem), contraction_alone(problem)
    unit = noisy.allowed_excess(1.0) - noisy.allowed_excess(0.0)
    theta = trained(problem, rng, orders)
    if kind == 0:
        whole = excesses(problem, theta) / problem.allowed_excess()
    else:
        whole = squared_distances(problem, theta) / problem.allowed_distance() ** 2
    return Trained(
        problem.design.shape[1],
        excesses(noisy, trained(noisy, rng, orders)) / unit,
        excesses(exact, trained(exact, rng, orders)) / exact.allowed_excess(0.0),
        whole,
    )


def trainings(options: argparse.Namespace, kind: int) -> Trained:
    """All trainings of one kind of problem."""
    seeds = [derived_seed(options.seed, "training", kind, i) for i in range(options.problems)]
    found = list(spread(options.jobs, train_problem, [(kind, seed, options.orders) for seed in seeds]))
    return Trained(found[0].columns, *map(np.concatenate, list(zip(*found, strict=True))[1:]))


def trainings_as_designed(options: argparse.Namespace) -> bool:
    found = {name: trainings(options, kind) for kind, name in enumerate(PROBLEMS)}
    print(
        f"The noise of minibatches alone: trainings that start at the solution, {options.problems} problems of each "
        f"kind with {options.orders} random orders each. The threshold is s times the expected excess loss; s is "
        "where the Chernoff bound of the chi-square distribution gives the design rate. The bounds take all trainings "
        "for independent, also those of one problem.\n"
    )
    rows, faults = [], []
    for name, trained_ones in found.items():
        total = len(trained_ones.noise)
        for level in LEVELS:
            safety = noise_safety(level, trained_ones.columns)
            count = int((trained_ones.noise > safety).sum())
            rows.append([name, rate(level), f"{safety:.2f}", *level_row(count, total)])
            faults.append(fault(f"the threshold for noise ({name})", level, count, total))
    table(["problem", "design rate", "s", "trainings", "above", "measured", "rate below"], rows)
    print(*faults, sep="", end="")
    return far_below_the_threshold(found) and not any(faults)


def far_below_the_threshold(found: dict[str, Trained]) -> bool:
    """Print how near right trainings come to the thresholds in use, and how probable it is that one passes them."""
    print(
        f"The thresholds in use (s = {training.NOISE_SAFETY:g}). A training that uses a share c of what is allowed for "
        "the way from the start and meets noise of x times the expected excess stays within the whole threshold if "
        f"c + x / {training.NOISE_SAFETY:g} <= 1 (Cauchy and Schwarz), so the limit for x is "
        f"{training.NOISE_SAFETY:g} (1 - c) with the largest c. Rates beyond it are extrapolated from the hundred "
        "largest x: as a power law x^-a, and as an exponential tail.\n"
    )
    rows, beyond_any = [], 0.0
    for name, (columns, noise, contraction, whole) in found.items():
        limit = training.NOISE_SAFETY * (1 - contraction.max())
        exponent, by_power, by_exponential = tail_beyond(noise, limit, min(100, len(noise) // 50))
        chernoff = math.exp(-columns * (limit - 1 - math.log(limit)) / 2) if limit > 1 else 1.0
        x = [f"{value:.2f}" for value in (np.median(noise), np.quantile(noise, 0.999), noise.max())]
        beyond = [rate(value) for value in (by_power, by_exponential, chernoff)]
        near = [rate(contraction.max()), f"{limit:.1f}", f"{exponent:.1f}"]
        rows.append([name, len(noise), *x, *near, *beyond, rate(whole.max())])
        beyond_any += by_power
    table(
        ["problem", "trainings", "median x", "99.9 % of x", "largest x", "largest c", "limit for x", "a", *BEYOND],
        rows,
    )
    if beyond_any >= training.FALSE_ALARM:
        print(f"TOO NEAR: together beyond the limits at a rate of {rate(beyond_any)} if the tails are heavy.\n")
    return beyond_any < training.FALSE_ALARM


def drawn(task: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Distances from the distribution, and |z|, of numbers that are as they should be."""
    seed, count = task
    rng = np.random.default_rng(seed)
    return largest_distances(rng, count), togethernesses(rng, count)


def draws_as_designed(options: argparse.Namespace) -> bool:
    """Whether thresholds for synthetic_data, loosened, are passed as seldom as they should be."""
    tasks = portions(options.seed, "draws", options.draws)
    distances, z = map(np.concatenate, zip(*spread(options.jobs, drawn, tasks), strict=True))
    n, fine = synthetic_data.MANY, []
    limit = synthetic_data.largest_distance(n)
    print(
        f"The test for a distribution (Dvoretzky, Kiefer and Wolfowitz), on {len(distances)} samples of {n} numbers; "
        f"its threshold is set for {rate(synthetic_data.FALSE_ALARM)}, a distance of {limit:.4f}, and the largest seen "
        f"is {distances.max():.4f}.\n"
    )
    counts = [int((distances > synthetic_data.largest_distance(n, level)).sum()) for level in LEVELS]
    fine.append(levels_kept("the test for a distribution", counts, len(distances), confidence=0.9999))
    print(
        f"The test for independence, on as many pairs of columns; its threshold is set for "
        f"{rate(synthetic_data.TOGETHER)}, |z| = {synthetic_data.LARGEST_Z:g}, and the largest seen is {z.max():.2f}.\n"
    )
    counts = [int((z > falling_root(lambda x, p=level: math.erfc(x / 2**0.5) - p, 0, 40)).sum()) for level in LEVELS]
    fine.append(levels_kept("the test for independence", counts, len(z), confidence=0.9999))
    return all(fine)


FALLS = {"as drawn": fall_as_drawn, "along one eigenvector": fall_along_an_eigenvector}


def falls(task: tuple[str, int, int]) -> np.ndarray:
    start, seed, orders = task
    return FALLS[start](np.random.default_rng(seed), orders)


def falls_as_designed(options: argparse.Namespace) -> bool:
    """Whether losses that fall as they should stay far inside of what is allowed."""
    print(
        f"Losses that fall: {options.problems} problems with {options.orders} random orders each. x is how far the "
        "worst report of a training lies outside of what the eigenvalues alone leave open, in units of what is allowed "
        "on top: below 0 for one that stays inside, above 1 for one that is called wrong. Rates beyond 1 are "
        "extrapolated from the hundred largest x: as a power law, and as an exponential tail.\n"
    )
    rows, beyond = [], 0.0
    for start in FALLS:
        seeds = [derived_seed(options.seed, start, i) for i in range(options.problems)]
        tasks = [(start, seed, options.orders) for seed in seeds]
        shares = np.concatenate(list(spread(options.jobs, falls, tasks)))
        outside = shares[shares > 0]
        _, by_power, by_exponential = tail(outside, len(shares)) if len(outside) > 20 else ("", 0.0, 0.0)
        x = [f"{value:.3f}" for value in (np.median(shares), np.quantile(shares, 0.999), shares.max())]
        rows.append([start, len(shares), *x, int((shares > 1).sum()), rate(by_power), rate(by_exponential)])
        beyond = max(beyond, by_power, float(shares.max() > 1))
    heads = ["start", "trainings", "median x", "99.9 % of x", "largest x", "called wrong", *BEYOND[:2]]
    table(heads, rows)
    if beyond >= fit.FALSE_ALARM:
        print(f"TOO NEAR: losses leave what is allowed at a rate of {rate(beyond)} if the tails are heavy.\n")
    return beyond < fit.FALSE_ALARM


def tail(outside: np.ndarray, total: int) -> tuple[float, float, float]:
    """As `tail_beyond` 1, of values of which only those above 0 are given."""
    count = min(100, len(outside) // 5)
    exponent, by_power, by_exponential = tail_beyond(outside, 1.0, count)
    return exponent, by_power * len(outside) / total, by_exponential * len(outside) / total


def spectra(task: tuple[int, int]) -> list[dict[str, float]]:
    seed, count = task
    rng = np.random.default_rng(seed)
    return [estimates(rng) for _ in range(count)]


def temperatures_as_designed(options: argparse.Namespace) -> bool:
    """Whether temperatures found in noise, in sensible ways, are as near as the check takes them to be."""
    tasks = portions(options.seed, "spectra", options.spectra)
    found = [one for done in spread(options.jobs, spectra, tasks) for one in done]
    allowed = fit_temperature.NOISY
    print(
        f"Temperatures from {len(found)} noisy spectra; a relative error of {allowed:g} is allowed. In standard "
        "deviations of each way to find them, the limit is so far from the mean; 6 are asked for, "
        "P(|N(0, 1)| > 6) = 2e-9.\n"
    )
    rows, fine = [], True
    for name in found[0]:
        errors = np.array([one[name] for one in found])
        away = (allowed - abs(errors.mean())) / errors.std()
        fine = fine and away >= 6 and abs(errors).max() <= allowed
        rows.append(
            [name, *(f"{value:.2g}" for value in (errors.mean(), errors.std(), abs(errors).max())), f"{away:.1f}"]
        )
    table(["way", "mean error", "standard deviation", "largest error", "limit, in standard deviations"], rows)
    if not fine:
        print("TOO NEAR: a sensible way to find a temperature is less than six standard deviations from failing.\n")
    return fine


# Sensitivity: the smallest strength of a mistake that is seen.


class Seen(NamedTuple):
    """The smallest strength of a mistake in one direction at which a check fails at all seeds; None if it never does.

    gaps: strengths above the smallest one at which no check of the part sees it.
    """

    mistake: int
    sign: int
    part: str
    checks: dict[str, float]
    gaps: tuple[float, ...]


def strengths(largest: float, smallest: float) -> list[float]:
    """Three a decade from the largest down; the last one is the smallest."""
    steps = math.ceil(3 * math.log10(largest / smallest) - 1e-9)
    return [largest * 10 ** (-i / 3) for i in range(steps)] + [smallest]


def smallest_between(low: float, high: float, seen: Callable[[float], bool], rounds: int = 4) -> float:
    """By bisection of the ratio: a strength that is seen, as `high` is, where only little less is not, as `low`."""
    for _ in range(rounds):
        middle = math.sqrt(low * high)
        low, high = (low, middle) if seen(middle) else (middle, high)
    return high


def look_for(task: tuple[int, int, str, tuple[int, ...]]) -> Seen:
    """What one part sees of one mistake in one direction."""
    number, sign, part, seeds = task
    mistake: Mistake = mistakes()[number]
    tried = strengths(mistake.largest, mistake.smallest)
    found: dict[str, float] = {}
    unseen = set(tried)
    for check in PARTS[FIRST][part].checks:

        @cache
        def seen(strength: float, check: Check = check) -> bool:
            return all(not passes(check, mistake.subject(sign * strength), seed) for seed in seeds)

        by_it = [strength for strength in tried if seen(strength)]
        unseen -= set(by_it)
        if by_it:
            lower = [strength for strength in tried if strength < min(by_it)]
            found[check.id] = smallest_between(lower[0], min(by_it), seen) if lower else min(by_it)
    least = min(found.values(), default=math.inf)
    return Seen(number, sign, part, found, tuple(sorted(strength for strength in unseen if strength > least)))


def sensitivity(options: argparse.Namespace) -> bool:
    """The third study; nothing in it can go wrong."""
    if FIRST not in options.assignment:
        return True
    known = mistakes()
    seeds = tuple(derived_seed(options.seed, "sensitivity", i) for i in range(options.mistake_seeds))
    tasks = [
        (number, sign, part, seeds)
        for number, mistake in list(enumerate(known))[:: options.every]
        for sign in mistake.signs
        for part in (mistake.part, "training")
        if part in PARTS[FIRST]
    ]
    found = list(spread(options.jobs, look_for, tasks))
    print(
        f"## Sensitivity\n\nThe smallest e at which a check fails at each of {len(seeds)} seeds, found on a grid of "
        "three a decade and by bisection to 5 %; - where no e up to 0.5 (1 for a probability) is seen. What is random "
        "in a mistake is drawn anew for every seed.\n"
    )
    by = {(seen.mistake, seen.sign, seen.part): seen for seen in found}
    numbers = sorted({seen.mistake for seen in found})
    table(
        [
            "function",
            "mistake",
            "first seen by",
            "its part sees +e from",
            "-e from",
            "training sees +e from",
            "-e from",
        ],
        (summary_row(number, known[number], by) for number in numbers),
        words=3,
    )
    print("The same for every check that sees any of it:\n")
    table(
        ["function", "mistake", "check", "+e from", "-e from"],
        (row for number in numbers for row in rows_by_check(number, known[number], by)),
        words=3,
    )
    for seen in found:
        if seen.gaps:
            gaps = ", ".join(map(rate, seen.gaps))
            print(f"{known[seen.mistake].what}, {seen.sign:+d}: {seen.part} does not see e = {gaps}.")
    print()
    return True


Found = dict[tuple[int, int, str], Seen]


def summary_row(number: int, mistake: Mistake, by: Found) -> list[str]:
    """The least strength seen by the own part and by training, in both directions."""
    own = by[number, 1, mistake.part].checks
    first = min(own, key=own.__getitem__) if own else "-"
    found = [by.get((number, sign, part)) for part in (mistake.part, "training") for sign in (1, -1)]
    least = [shown(mistake, seen, min(seen.checks.values(), default=None) if seen else None) for seen in found]
    return [mistake.part, mistake.what, first, *least]


def rows_by_check(number: int, mistake: Mistake, by: Found) -> Iterator[list[str]]:
    """One row per check that sees a mistake."""
    for part in (mistake.part, "training"):
        for check in PARTS[FIRST][part].checks:
            found = [by.get((number, sign, part)) for sign in (1, -1)]
            if any(seen and check.id in seen.checks for seen in found):
                least = [shown(mistake, seen, seen.checks.get(check.id) if seen else None) for seen in found]
                yield [mistake.part, mistake.what, check.id, *least]


def shown(mistake: Mistake, seen: Seen | None, least: float | None) -> str:
    """A least strength; empty where the mistake has no such direction, - where it is not seen."""
    if seen is None:
        return ""
    if least is None:
        return "-"
    return f"{rate(least)} or less" if least <= mistake.smallest else rate(least)


def parsed(arguments: Sequence[str] | None) -> Any:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("studies", nargs="*", choices=[*STUDIES, []], metavar="STUDY", help=", ".join(STUDIES))
    parser.add_argument("--assignment", action="append", choices=checks.assignments(), help="all, if none is named")
    parser.add_argument("--seed", type=int, default=PUBLIC_SEED)
    parser.add_argument("--seeds", type=int, default=200, help="for the course's own functions")
    parser.add_argument("--reference-seeds", type=int, default=10)
    parser.add_argument("--chance-seeds", type=int, default=50, help="for the reference, where chance matters")
    parser.add_argument("--right-seeds", type=int, default=2, help="for each right submission")
    parser.add_argument("--every", type=int, default=1, help="only every Nth right submission and Nth mistake")
    parser.add_argument("--shuffles", type=int, default=200_000, help="simulated gradings of the shuffle")
    parser.add_argument("--leans", type=int, default=20_000, help="simulated gradings of the shuffle of many rows")
    parser.add_argument("--problems", type=int, default=200, help="simulated problems of each kind")
    parser.add_argument("--orders", type=int, default=200, help="simulated trainings of each problem")
    parser.add_argument("--draws", type=int, default=20_000, help="simulated samples for synthetic_data")
    parser.add_argument("--spectra", type=int, default=10_000, help="simulated spectra for fit_temperature")
    parser.add_argument("--mistake-seeds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args(arguments)
    options.assignment = options.assignment or list(checks.assignments())
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """The studies that were asked for, all by default."""
    options = parsed(arguments)
    start, fine = time.monotonic(), []
    for name, study in zip(STUDIES, (false_alarms, design, sensitivity), strict=True):
        if name in (options.studies or STUDIES):
            fine.append(study(options))
            print(f"{time.monotonic() - start:.0f} s so far.\n", file=sys.stderr, flush=True)
    return 0 if all(fine) else 1


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main())
