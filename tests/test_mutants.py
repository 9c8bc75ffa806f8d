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
OPERATORS = SCRIPT["OPERATORS"]
EXCUSES = SCRIPT["EXCUSES"]
SAMPLE = MUTANTS[5::190]
IMPOSSIBLE = {
    ("data_iter", "detach"),
    ("linreg", "wrong order"),
    ("linreg", "when n divides"),
    ("squared_loss", "wrong order"),
    ("squared_loss", "only d = 2"),
    ("squared_loss", "when n divides"),
    ("sgd", "broadcast"),
    ("sgd", "wrong kind"),
    ("sgd", "detach"),
    ("sgd", "when n divides"),
}
"""Operators that find nothing in a function: it has no batches, no features, no result or no graph."""


def test_there_are_many_for_different_reasons_and_all_are_python():
    assert len(MUTANTS) > 1000
    assert len({mutant.id for mutant in MUTANTS}) == len({mutant.source for mutant in MUTANTS}) == len(MUTANTS)
    for mutant in MUTANTS:
        ast.parse(mutant.source)


def test_every_operator_is_applied_to_every_function_that_it_can_be_applied_to():
    applied = {(mutant.function, mutant.operator) for mutant in MUTANTS}
    assert applied == {(function, operator) for function in SCRIPT["FUNCTIONS"] for operator in OPERATORS} - IMPOSSIBLE


def test_what_is_excused_exists_and_has_a_reason_and_little_is():
    ids = {mutant.id for mutant in MUTANTS}
    excused = [id for known in EXCUSES.values() for id in known]
    assert len(set(excused)) == len(excused)
    assert set(excused) <= ids
    assert all(len(reason) > 20 for known in EXCUSES.values() for reason in known.values())
    assert len(EXCUSES["unseen"]) + len(EXCUSES["allowed"]) < len(MUTANTS) / 100


@pytest.mark.parametrize("mutant", SAMPLE, ids=lambda mutant: mutant.id)
def test_a_machine_made_mistake_costs_points(mutant):
    found = SCRIPT["grade"](mutant, 2018)
    assert SCRIPT["word"](mutant, bool(found.failed)) in ("killed", *EXCUSES)
    assert bool(found.lost) == bool(found.failed)


def test_a_survivor_is_a_fault_of_ours_and_so_is_a_wrong_excuse():
    word = SCRIPT["word"]
    excused = {id for known in EXCUSES.values() for id in known}
    other = next(mutant for mutant in MUTANTS if mutant.id not in excused)
    assert [word(other, killed) for killed in (True, False)] == ["killed", "SURVIVED"]
    for excuse, known in EXCUSES.items():
        for mutant in [mutant for mutant in MUTANTS if mutant.id in known][:1]:
            assert [word(mutant, killed) for killed in (True, False)] == [f"NOT {excuse.upper()}", excuse]
