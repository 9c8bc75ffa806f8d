"""What each mistake costs: whole submissions graded as their notebooks are, and the points they lose part by part.

    python scripts/costs.py [--seed S] [--jobs N] [NAME...]

A row is a wrong submission of `tests/submissions/wrong`, under the mistake it was made with, or one that does nothing
or crashes. Everything that a row does not mention is the reference.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "tests"), str(Path(__file__).resolve().parents[1])]
warnings.simplefilter("ignore")  # MXNet's own, at its import

from exam import (  # noqa: E402
    CALL_SECONDS,
    FUNCTIONS,
    PARTS,
    REFERENCE,
    Verdict,
    defined_by,
    functions_of,
    grade,
    in_parallel,
    table,
    wrong_submissions,
)

from grader.seeds import PUBLIC_SEED  # noqa: E402

MADE: dict[str, str] = table("diagnoses")["MADE"]
SECONDS: dict[str, float] = table("expected")["SECONDS"]
MAX_SCORE = sum(part.max_score for part in PARTS.values())


def stub(*_: object) -> NoReturn:
    raise NotImplementedError


def crash(*_: object) -> NoReturn:
    raise ZeroDivisionError("division by zero")


NOTHING: dict[str, Callable[[], dict[str, object]]] = {
    **{f"{name} is missing": lambda name=name: {k: v for k, v in REFERENCE.items() if k != name} for name in FUNCTIONS},
    **{f"{name} is a stub": lambda name=name: REFERENCE | {name: stub} for name in FUNCTIONS},
    **{f"{name} crashes": lambda name=name: REFERENCE | {name: crash} for name in FUNCTIONS},
    "two stubs: linreg and sgd": lambda: REFERENCE | {"linreg": stub, "sgd": stub},
    "all stubs": lambda: dict.fromkeys(FUNCTIONS, stub),
}
"""Submissions in which something is not there or does not run at all."""


def cost(job: tuple[str, int]) -> tuple[str, dict[str, int]]:
    """The points that a submission loses, by part."""
    name, seed = job
    functions = NOTHING[name]() if name in NOTHING else functions_of("wrong", name)
    reports = list(grade(functions, seed, seconds=SECONDS.get(name, CALL_SECONDS)))
    return name, Verdict.of(reports).lost


def groups(names: list[str]) -> Iterator[tuple[str, list[str]]]:
    """The submissions under the mistakes they were made with, in the order of the catalogue."""
    known = [(part.id, mistake) for part in PARTS.values() for mistake in part.misconceptions]
    for part, mistake in known:
        made = [name for name in names if MADE.get(name) == mistake.id and part in defined_by("wrong", name)]
        if made:
            yield f"{part}: {mistake.name}", made
    others = [name for name in names if name not in MADE and name not in NOTHING]
    if others:
        yield "In no catalogue.", others
    nothing = [name for name in names if name in NOTHING]
    if nothing:
        yield "Nothing there.", nothing


def main() -> int:
    """The table, and how many points mistakes cost."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--seed", type=int, default=PUBLIC_SEED)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    names = options.names or [*wrong_submissions(), *NOTHING]
    lost = dict(in_parallel(cost, [(name, options.seed) for name in names], options.jobs))
    print(f"{'points lost':66}", *(f"{part:>12}" for part in PARTS), f"{'in all':>8} of {MAX_SCORE}")
    for title, members in groups(names):
        print(title)
        for name in members:
            points = [lost[name].get(part, 0) for part in PARTS]
            print(f"  {name:64}", *(f"{number or '':>12}" for number in points), f"{sum(points):>8}")
    totals = Counter(sum(points.values()) for name, points in lost.items() if name not in NOTHING)
    print("\nWrong submissions by what they cost:")
    print(*(f"  {points:3} points: {count}" for points, count in sorted(totals.items())), sep="\n")
    twice = [name for name, points in lost.items() if name not in NOTHING and len(points) > 1]
    print("Points in more than one part:", ", ".join(twice) or "none", sep=" ")
    return 0


if __name__ == "__main__":
    sys.exit(main())
