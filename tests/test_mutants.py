"""Machine-made mistakes: a sample of them is graded here, `make mutants` grades all."""

from __future__ import annotations

import ast
import runpy
from pathlib import Path

import mxnet  # noqa: F401 (its import warns; better here than within a check)
import pytest

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = runpy.run_path(str(ROOT / "scripts/mutants.py"))
MUTANTS = SCRIPT["mutants"]()
SAMPLE = MUTANTS[5::40]


def test_there_are_several_hundred_for_different_reasons_and_all_are_python():
    assert len(MUTANTS) > 600
    assert len({mutant.id for mutant in MUTANTS}) == len({mutant.source for mutant in MUTANTS}) == len(MUTANTS)
    kinds = {(mutant.function, mutant.kind) for mutant in MUTANTS}
    assert len(kinds) == 16
    for mutant in MUTANTS:
        ast.parse(mutant.source)


def test_what_is_excused_exists_and_has_a_reason_and_little_is():
    excused = SCRIPT["EQUIVALENT"] | SCRIPT["UNSEEN"]
    assert excused.keys() <= {mutant.id for mutant in MUTANTS}
    assert len(excused) == len(SCRIPT["EQUIVALENT"]) + len(SCRIPT["UNSEEN"]) < len(MUTANTS) / 20
    assert len(SCRIPT["UNSEEN"]) <= 10
    assert all(len(reason) > 10 for reason in excused.values())


@pytest.mark.parametrize("mutant", SAMPLE, ids=lambda mutant: mutant.id)
def test_a_machine_made_mistake_costs_points(mutant):
    found, lost, check, _ = SCRIPT["grade"](mutant, 2018)
    assert SCRIPT["verdict"](found, bool(check)) in ("killed", "equivalent", "unseen")
    assert bool(lost) == bool(check)


def test_a_survivor_is_a_fault_of_ours_and_so_is_a_wrong_excuse():
    known = next(mutant for mutant in MUTANTS if mutant.id in SCRIPT["UNSEEN"])
    right = next(mutant for mutant in MUTANTS if mutant.id in SCRIPT["EQUIVALENT"])
    other = next(mutant for mutant in MUTANTS if mutant.id not in SCRIPT["UNSEEN"] | SCRIPT["EQUIVALENT"])
    words = [SCRIPT["verdict"](mutant, killed) for mutant in (known, right, other) for killed in (True, False)]
    assert words == ["SEEN", "unseen", "NOT EQUIVALENT", "equivalent", "killed", "SURVIVED"]
