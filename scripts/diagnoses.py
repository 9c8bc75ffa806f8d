"""Which mistake the grader names, beside the one that was made: over the wrong submissions, and over the mutants.

    python scripts/diagnoses.py [--seeds S ...] [--jobs N] [--mutants N] [NAME...]

    right    the mistake is named alone
    offered  it is one of a few that are offered
    none     nothing is said
    missed   a few others are offered
    WRONG    something that is not true is named alone

A name is true of a submission if the tables say so: `tests/submissions/diagnoses.py` for those written by hand,
`tests/mutant_mistakes.py` for the mutants. Of the latter every Nth is taken, at the first of the seeds.

Exit code 1 if anything is named wrongly, or if fewer than 95 % of the mistakes that are in the catalogue are named.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "tests"), str(Path(__file__).resolve().parents[1])]
warnings.simplefilter("ignore")  # MXNet's own, at its import

from exam import (  # noqa: E402
    CALL_SECONDS,
    Verdict,
    defined_by,
    functions_from,
    functions_of,
    in_parallel,
    table,
    verdict,
    wrong_submissions,
)
from mutants import Mutant, mistakes_of, mutants  # noqa: E402

from grader.seeds import PUBLIC_SEED  # noqa: E402

TABLE = table("diagnoses")
SECONDS: dict[str, float] = table("expected")["SECONDS"]
SHARE = 0.95
"""Of the mistakes that are in the catalogue, those that must be named rightly, alone or among a few."""


def judge(named: Mapping[str, Collection[str]], true: Collection[str], made: Collection[str]) -> str:
    """A word for what was named, check by check, where the mistakes `made` were made and `true` ones may be named."""
    said = {mistake for mistakes in named.values() for mistake in mistakes}
    alone = {mistake for mistakes in named.values() for mistake in mistakes if len(mistakes) == 1}
    if alone - set(true):
        return "WRONG"
    if alone & set(made):
        return "right"
    if said & set(made):
        return "offered"
    return "missed" if said else "none"


def grade(job: tuple[str, int]) -> Verdict:
    """What becomes of a wrong submission at a seed."""
    name, seed = job
    own = defined_by("wrong", name)
    return verdict(functions_of("wrong", name), own, seed, SECONDS.get(name, CALL_SECONDS))


def grade_mutant(job: tuple[Mutant, int]) -> Verdict:
    mutant, seed = job
    own = (mutant.function,)
    return verdict(functions_from(mutant.source, mutant.id, own), own, seed)


def of_submissions(names: list[str], seeds: list[int], jobs: int) -> tuple[Counter[str], Counter[str]]:
    """Print a row for each submission; count the words of those in the catalogue, and of the others."""
    known: Counter[str] = Counter()
    others: Counter[str] = Counter()
    verdicts = in_parallel(grade, [(name, seed) for name in names for seed in seeds], jobs)
    for name in names:
        made = TABLE["MADE"].get(name)
        rows: dict[tuple[str, str], list[int]] = {}
        for seed in seeds:
            found = next(verdicts).named
            word = judge(found, TABLE["NAMED"].get(name, ()), [made] if made else [])
            (known if made else others)[word] += 1
            rows.setdefault((word, listed(found)), []).append(seed)
        for (word, said), at in rows.items():
            where = "" if len(rows) == 1 else f"   (seeds {', '.join(map(str, at))})"
            print(f"{name:58} {made or '-':32} {word:8} {said}{where}", flush=True)
    return known, others


def of_mutants(chosen: list[Mutant], seed: int, jobs: int) -> tuple[Counter[str], Counter[str]]:
    """As `of_submissions`, for mutants, and only of those of which something is to be said or is said."""
    known: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for mutant, found in zip(chosen, in_parallel(grade_mutant, [(m, seed) for m in chosen], jobs), strict=True):
        if not found.failed:
            continue
        made = mistakes_of(mutant)
        word = judge(found.named, made, made)
        (known if made else others)[word] += 1
        if made or found.named:
            made_text = " or ".join(sorted(made)) or "-"
            print(f"{mutant.id:42} {made_text:48} {word:8} {listed(found.named):48} {mutant.change}", flush=True)
    return known, others


def listed(named: Mapping[str, Collection[str]]) -> str:
    """What is said, several that are offered together joined by `or`."""
    return ", ".join(sorted({" or ".join(mistakes) for mistakes in named.values()})) or "nothing"


def summary(what: str, known: Counter[str], others: Counter[str]) -> bool:
    """Print the figures; whether they are good enough."""
    total = max(1, known.total())
    named, offered = known["right"] / total, (known["right"] + known["offered"]) / total
    wrong = known["WRONG"] + others["WRONG"]
    print(f"\n{what}")
    print(f"  the mistake is in the catalogue: {known.total()}; {words(known)}")
    print(f"    named alone {named:.1%}, named or offered {offered:.1%}")
    print(f"  it is in no catalogue: {others.total()}; {words(others)}")
    print(f"  named wrongly: {wrong}\n", flush=True)
    return offered >= SHARE and not wrong


def words(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {word}" for word, count in counts.most_common()) or "none"


def main() -> int:
    """Two tables, with the figures below each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--seeds", type=int, nargs="+", default=[PUBLIC_SEED, 7, 20_240_229])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--mutants", type=int, default=1, help="take every Nth mutant; 0 for none")
    options = parser.parse_args()
    print(f"{'submission':58} {'made with':32} {'':8} said\n")
    good = summary(
        f"Wrong submissions, at the seeds {', '.join(map(str, options.seeds))}:",
        *of_submissions(options.names or list(wrong_submissions()), options.seeds, options.jobs),
    )
    if options.mutants and not options.names:
        print(f"{'mutant':42} {'made with':48} {'':8} {'said':48} change\n")
        chosen = list(mutants()[:: options.mutants])
        good &= summary("Mutants that were killed:", *of_mutants(chosen, options.seeds[0], options.jobs))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
