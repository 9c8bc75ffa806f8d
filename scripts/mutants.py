"""Grade every mutant and print the kill table: which parts lost points, which check saw it first, what was changed.

    python scripts/mutants.py [--seed S] [--every N] [--jobs N] [FUNCTION...]

Exit code 1 if a mutant survives that no list excuses, or if one is seen that a list calls right or not to be seen.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections import Counter
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "tests"), str(Path(__file__).resolve().parents[1])]
warnings.simplefilter("ignore")  # MXNet's own, at its import

from exam import FUNCTIONS, Verdict, functions_from, in_parallel, verdict  # noqa: E402
from mutants import ALLOWED, EQUIVALENT, OPERATORS, UNSEEN, Mutant, mutants  # noqa: E402

from grader.seeds import PUBLIC_SEED  # noqa: E402

EXCUSES = {"equivalent": EQUIVALENT, "allowed": ALLOWED, "unseen": UNSEEN}


def grade(mutant: Mutant, seed: int) -> Verdict:
    """What becomes of a mutant whose other functions are the reference's."""
    own = (mutant.function,)
    return verdict(functions_from(mutant.source, mutant.id, own), own, seed)


def word(mutant: Mutant, killed: bool) -> str:
    """What the table says of a mutant; whatever is in capitals is a fault of the grader or of its lists."""
    for excuse, known in EXCUSES.items():
        if mutant.id in known:
            return f"NOT {excuse.upper()}" if killed else excuse
    return "killed" if killed else "SURVIVED"


def _grade(job: tuple[Mutant, int]) -> tuple[Mutant, Verdict]:
    return job[0], grade(*job)


def main() -> int:
    """The table, and the summary."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("functions", nargs="*", choices=[*FUNCTIONS, []], metavar="FUNCTION")
    parser.add_argument("--seed", type=int, default=PUBLIC_SEED)
    parser.add_argument("--every", type=int, default=1, help="only every Nth mutant")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    chosen = [mutant for mutant in mutants() if mutant.function in (options.functions or FUNCTIONS)][:: options.every]
    words: Counter[str] = Counter()
    first: Counter[str] = Counter()
    by_operator: Counter[tuple[str, str]] = Counter()
    for mutant, found in in_parallel(_grade, [(mutant, options.seed) for mutant in chosen], options.jobs):
        said = word(mutant, bool(found.failed))
        why = next((known[mutant.id] for known in EXCUSES.values() if mutant.id in known), "")
        lost = ", ".join(f"{part} -{points}" for part, points in found.lost.items())
        seen = found.failed[0] if found.failed else why
        print(f"{mutant.id:42} {said:10} {lost:16} {seen:50} {mutant.change}", flush=True)
        words[said] += 1
        first[seen] += bool(found.failed)
        by_operator[mutant.operator, said] += 1
    print(f"\n{len(chosen)} mutants:", ", ".join(f"{count} {said}" for said, count in words.most_common()))
    print("By operator:")
    for operator, means in OPERATORS.items():
        counts = ", ".join(f"{by_operator[operator, said]} {said}" for said in words if by_operator[operator, said])
        print(f"  {operator:24} {counts:34} {means}")
    print("Seen first by:", *(f"  {count:4} {check}" for check, count in first.most_common() if count), sep="\n")
    return 1 if any(said.isupper() for said in words) else 0


if __name__ == "__main__":
    sys.exit(main())
