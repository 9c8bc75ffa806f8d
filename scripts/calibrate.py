"""What a right submission risks, and how small a mistake is still seen: three studies, printed as Markdown tables.

    python scripts/calibrate.py [STUDY...] [--seed S] [--seeds N] [--jobs J] ...

    false-alarms  every check, on the course's own functions at many seeds and on every right submission we have
    design        loosened thresholds, on simulated shuffles and trainings: the design rate beside the measured one
    sensitivity   the smallest strength of each mistake at which a check still sees it, at every one of several seeds

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
from typing import Any, NamedTuple, TypeVar

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the matrices are small, and there is a process for every core
warnings.simplefilter("ignore")  # MXNet's own, at its import

import numpy as np  # noqa: E402

from grader import checks, shuffling  # noqa: E402
from grader.checks.linreg_scratch import training  # noqa: E402
from grader.checks.linreg_scratch.course import FUNCTIONS, CourseSubject  # noqa: E402
from grader.claims import Check, PartSpec  # noqa: E402
from grader.running import passes  # noqa: E402
from grader.seeds import PUBLIC_SEED, derived_seed  # noqa: E402
from grader.submissions import cells, load  # noqa: E402
from tests.rates import lower_bound, noise_safety, tail_beyond, upper_bound  # noqa: E402
from tests.simulations import (  # noqa: E402
    FEW_PASSES,
    MANY_ROWS,
    PASSES,
    ROWS,
    contraction_alone,
    excesses,
    fair_evidence,
    noise_alone,
    squared_distances,
    strictest_lean,
    trained,
)
from tests.slightly_wrong import Mistake, mistakes  # noqa: E402

STUDIES = ("false-alarms", "design", "sensitivity")
RIGHT = ROOT / "tests/submissions/right"
PARTS: dict[str, PartSpec] = {part.id: part for part in checks.parts("linreg_scratch")}
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


GROUPS, RATES = ("the course's own", "submissions"), ("failures", "measured", "rate below")


class Graded(NamedTuple):
    """One right answer before one check."""

    check: str
    subject: str
    seed: int
    passed: bool


def grade_courses_own(task: tuple[int, bool]) -> list[Graded]:
    """The course's own functions at one seed, before every check or (`chance`) those that meet chance alone."""
    seed, chance = task
    chosen = [check for part in PARTS.values() for check in part.checks if check.given is None or not chance]
    return [Graded(check.id, "the course's own", seed, passes(check, CourseSubject(), seed)) for check in chosen]


def grade_submission(task: tuple[str, int]) -> list[Graded]:
    """A right submission (an empty name: the reference) at one seed, in its own parts and in training."""
    from grader.local import LocalSubject
    from solutions import linreg

    name, seed = task
    functions: dict[str, object] = {function: getattr(linreg, function) for function in linreg.__all__}
    defined: Iterable[str] = FUNCTIONS
    if name:
        defined = cells((RIGHT / f"{name}.py").read_text(encoding="utf-8"), FUNCTIONS)
        functions = load(RIGHT / f"{name}.py", functions)
    subject = LocalSubject(functions, seconds=PATIENCE)
    chosen = [part for part in PARTS.values() if part.id in defined or part.id not in FUNCTIONS]
    return [
        Graded(check.id, name or "the reference", seed, passes(check, subject, seed))
        for part in chosen
        for check in part.checks
    ]


def false_alarms(options: argparse.Namespace) -> bool:
    """The first study. Whether all that is right passed."""
    seeds = [derived_seed(options.seed, "course", i) for i in range(options.seeds * MORE)]
    tasks = [(seed, i >= options.seeds) for i, seed in enumerate(seeds)]
    own = [graded for done in spread(options.jobs, grade_courses_own, tasks) for graded in done]
    names = sorted(path.stem for path in RIGHT.glob("*.py"))[:: options.every]
    others = [derived_seed(options.seed, "right", i) for i in range(max(options.reference_seeds, options.right_seeds))]
    submissions = [("", seed) for seed in others[: options.reference_seeds]]
    submissions += [(name, seed) for seed in others[: options.right_seeds] for name in names]
    right = [graded for done in spread(options.jobs, grade_submission, submissions) for graded in done]
    print(
        f"## False alarms\n\nThe course's own functions at {options.seeds} seeds, {options.seeds * MORE} where chance "
        f"matters; the reference at {options.reference_seeds}, {len(names)} right submissions at "
        f"{options.right_seeds}: {len(own) + len(right)} gradings of a check. Bounds are exact (Clopper and Pearson), "
        "one-sided, 95 %.\n"
    )
    counted = [Counter((graded.check, graded.passed) for graded in group) for group in (own, right)]
    table(
        ["check", "stated", *(head for group in GROUPS for head in (f"{group}: gradings", *RATES))],
        ([check.id, stated(check), *(cell for c in counted for cell in measured(c, check.id))] for check in in_order()),
    )
    failures = [graded for graded in own + right if not graded.passed]
    for graded in failures:
        print(f"FALSE ALARM: {graded.subject} failed {graded.check} at seed {graded.seed}.")
    return not failures


def in_order() -> list[Check]:
    return [check for part in PARTS.values() for check in part.checks]


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
    return all([shuffles_as_designed(options), leans_as_designed(options), trainings_as_designed(options)])


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


def levels_kept(what: str, counts: Sequence[int], total: int) -> bool:
    """Print how often fair shuffles were called wrong at each of `LEVELS`; whether that is as designed."""
    table(
        ["design rate", "gradings", "called wrong", "measured", "rate below"],
        ([rate(level), *level_row(count, total)] for level, count in zip(LEVELS, counts, strict=True)),
    )
    faults = [fault(what, level, count, total) for level, count in zip(LEVELS, counts, strict=True)]
    print(*faults, sep="", end="")
    return not any(faults)


def level_row(count: int, total: int) -> list[object]:
    return [total, count, rate(count / total), rate(upper_bound(count, total))]


def fault(what: str, level: float, count: int, total: int) -> str:
    """Empty where a rate may be as low as its design, as far as it was measured."""
    if lower_bound(count, total) <= level:
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
    for check in PARTS[part].checks:

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
    known = mistakes()
    seeds = tuple(derived_seed(options.seed, "sensitivity", i) for i in range(options.mistake_seeds))
    tasks = [
        (number, sign, part, seeds)
        for number, mistake in list(enumerate(known))[:: options.every]
        for sign in mistake.signs
        for part in (mistake.part, "training")
        if part in PARTS
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
        for check in PARTS[part].checks:
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
    parser.add_argument("--seed", type=int, default=PUBLIC_SEED)
    parser.add_argument("--seeds", type=int, default=200, help="for the course's own functions")
    parser.add_argument("--reference-seeds", type=int, default=10)
    parser.add_argument("--right-seeds", type=int, default=2, help="for each right submission")
    parser.add_argument("--every", type=int, default=1, help="only every Nth right submission and Nth mistake")
    parser.add_argument("--shuffles", type=int, default=200_000, help="simulated gradings of the shuffle")
    parser.add_argument("--leans", type=int, default=20_000, help="simulated gradings of the shuffle of many rows")
    parser.add_argument("--problems", type=int, default=200, help="simulated problems of each kind")
    parser.add_argument("--orders", type=int, default=200, help="simulated trainings of each problem")
    parser.add_argument("--mistake-seeds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=2)
    return parser.parse_args(arguments)


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
