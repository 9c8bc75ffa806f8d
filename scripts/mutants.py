"""Grade every mutant and print the kill table: what was changed, what it cost, which check saw it first.

    python scripts/mutants.py [--seed S] [--every N] [FUNCTION...]

Exit code 1 if a mutant survives that is neither equivalent nor known to be unseen, or if one of those is seen after
all.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections import Counter
from multiprocessing import Pool
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "tests"), str(Path(__file__).resolve().parents[1])]
warnings.simplefilter("ignore")  # MXNet's own, at its import

from mutants import EQUIVALENT, SIGNATURES, UNSEEN, Mutant, mutants  # noqa: E402

from grader import checks  # noqa: E402
from grader.diagnosis import NONE_FITS  # noqa: E402
from grader.seeds import PUBLIC_SEED  # noqa: E402

CALL_SECONDS = 5.0
Row = tuple[Mutant, int, str, str]


def grade(mutant: Mutant, seed: int) -> Row:
    """The points it loses in its own part (or, if none, in training), the first check that failed, the diagnosis."""
    from grader.local import LocalSubject
    from grader.running import run_part
    from solutions import linreg

    parts = {part.id: part for part in checks.parts("linreg_scratch")}
    for part in (mutant.function, "training"):
        namespace: dict[str, object] = {"__name__": mutant.id}
        exec(compile(mutant.source, mutant.id, "exec"), namespace)
        functions = {name: getattr(linreg, name) for name in linreg.__all__}
        functions[mutant.function] = namespace[mutant.function]
        report = run_part(parts[part], LocalSubject(functions, seconds=CALL_SECONDS), seed)
        failed = [outcome for outcome in report.checks if outcome.status != "passed"]
        if failed:
            named = next((o.diagnosis for o in failed if o.diagnosis not in ("", NONE_FITS)), "")
            return mutant, report.max_score - report.score, failed[0].id, named
    return mutant, 0, "", ""


def _grade(job: tuple[Mutant, int]) -> Row:
    return grade(*job)


def verdict(mutant: Mutant, killed: bool) -> str:
    """What the table says of a mutant; whatever is in capitals is a fault of the grader or of its lists."""
    if killed:
        return "NOT EQUIVALENT" if mutant.id in EQUIVALENT else "SEEN" if mutant.id in UNSEEN else "killed"
    return "equivalent" if mutant.id in EQUIVALENT else "unseen" if mutant.id in UNSEEN else "SURVIVED"


def main() -> int:
    """The table, and the summary."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("functions", nargs="*", choices=[*SIGNATURES, []], metavar="FUNCTION")
    parser.add_argument("--seed", type=int, default=PUBLIC_SEED)
    parser.add_argument("--every", type=int, default=1, help="only every Nth mutant")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    chosen = [mutant for mutant in mutants() if mutant.function in (options.functions or SIGNATURES)]
    chosen = chosen[:: options.every]
    summary: Counter[str] = Counter()
    by_check: Counter[str] = Counter()
    faults = named = 0
    with Pool(options.jobs) as pool:
        for mutant, lost, check, diagnosis in pool.imap(_grade, [(mutant, options.seed) for mutant in chosen]):
            word = verdict(mutant, bool(check))
            why = EQUIVALENT.get(mutant.id) or UNSEEN.get(mutant.id) or check
            print(f"{mutant.id:26} {word:10} -{lost}  {why:45} {mutant.change}", flush=True)
            summary[word] += 1
            by_check[check] += bool(check)
            faults += word.isupper()
            named += bool(diagnosis)
    print(f"\n{len(chosen)} mutants:", ", ".join(f"{count} {word}" for word, count in summary.items()))
    print(f"The mistake was named, or a few offered, for {named} of {sum(by_check.values())} that were killed.")
    print("Seen first by:", *(f"  {count:4} {check}" for check, count in by_check.most_common()), sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
