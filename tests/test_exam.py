"""The tables of the grader's own exam: what is named, what is lost; `make diagnoses` and `make costs` print all."""

from __future__ import annotations

import ast
import importlib
import runpy
from collections import Counter
from pathlib import Path
from typing import Any

import mxnet  # noqa: F401 (its import warns; better here than within a script)
import pytest

from grader.diagnosis import NONE_FITS
from grader.results import Outcome, Part
from grader.seeds import PUBLIC_SEED

ROOT = Path(__file__).resolve().parents[1]
COSTS = runpy.run_path(str(ROOT / "scripts/costs.py"))
DIAGNOSES = runpy.run_path(str(ROOT / "scripts/diagnoses.py"))
exam: Any = importlib.import_module("exam")  # the scripts have made tests/ a place to import from
MISTAKES = runpy.run_path(str(ROOT / "tests/mutant_mistakes.py"))["MISTAKES"]


def test_the_names_beside_a_mutant_are_those_of_the_notebook():
    script = (ROOT / "assignments/linreg_scratch/linreg_scratch.py").read_text(encoding="utf-8")
    code = "".join(line for line in script.splitlines(keepends=True) if not line.startswith("# %matplotlib"))
    assigned = {
        name.id
        for statement in ast.walk(ast.parse(code))
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        for name in ast.walk(target)
        if isinstance(name, ast.Name)
    }
    assert set(exam.notebook_names()) <= assigned | {"X", "y"}


def outcome(id: str, points: int, diagnosis: str = "") -> Outcome:
    status = "passed" if points else "failed"
    return Outcome(id=id, status=status, points=points, max_points=1, claim="It is so.", diagnosis=diagnosis)


def test_a_verdict_holds_what_was_lost_what_failed_and_what_was_named():
    first, second, *_ = exam.PARTS["linreg"].misconceptions
    checks = (
        outcome("one", 1),
        outcome("two", 0, first.name),
        outcome("three", 0, f"{second.name} Or: {first.name}"),
        outcome("four", 0, NONE_FITS),
    )
    found = exam.Verdict.of([Part(id="linreg", score=1, max_score=4, checks=checks)])
    assert found.lost == {"linreg": 3}
    assert found.failed == ("two", "three", "four")
    assert found.named == {"two": (first.id,), "three": (second.id, first.id)}


@pytest.mark.parametrize(
    ("named", "true", "made", "word"),
    [
        ({}, {"a"}, {"a"}, "none"),
        ({"one": ("a",)}, {"a"}, {"a"}, "right"),
        ({"one": ("a",), "two": ("a", "b")}, {"a"}, {"a"}, "right"),
        ({"one": ("a",), "two": ("b",)}, {"a", "b"}, {"a"}, "right"),
        ({"one": ("a",), "two": ("b",)}, {"a"}, {"a"}, "WRONG"),
        ({"one": ("a", "b")}, {"a"}, {"a"}, "offered"),
        ({"one": ("b", "c")}, {"a"}, {"a"}, "missed"),
        ({"one": ("b",)}, set(), set(), "WRONG"),
        ({}, set(), set(), "none"),
    ],
)
def test_a_name_is_right_if_it_is_true_and_wrong_if_it_is_not(named, true, made, word):
    assert DIAGNOSES["judge"](named, true, made) == word


@pytest.mark.parametrize(
    ("known", "others", "good"),
    [
        ({"right": 19, "none": 1}, {"none": 5}, True),
        ({"right": 10, "offered": 9, "missed": 1}, {}, True),
        ({"right": 18, "none": 2}, {}, False),
        ({"right": 20, "WRONG": 1}, {}, False),
        ({"right": 20}, {"WRONG": 1}, False),
    ],
)
def test_too_few_right_names_or_a_wrong_one_are_a_fault(known, others, good, capsys):
    assert DIAGNOSES["summary"]("Of these:", Counter(known), Counter(others)) is good
    assert f"named wrongly: {(known | others).get('WRONG', 0)}" in capsys.readouterr().out


def test_every_mistake_of_a_mutant_is_in_the_catalogue_and_every_change_exists():
    for function, mistakes in MISTAKES.items():
        known = {mistake.id for mistake in exam.PARTS[function].misconceptions}
        mutants = [mutant for mutant in DIAGNOSES["mutants"]() if mutant.function == function]
        assert set(mistakes) <= known
        assert {change for made in mistakes.values() for change in made} <= {m.change for m in mutants} | {
            m.id for m in mutants
        }


SAMPLE = ["linreg_subtracts_the_bias", "squared_loss_is_none", "data_iter_draws_with_replacement"]


def test_the_table_of_diagnoses_names_what_was_made_and_nothing_else(capsys):
    known, others = DIAGNOSES["of_submissions"](SAMPLE, [PUBLIC_SEED, 11], jobs=1)
    assert (known, others) == (Counter(right=4), Counter(none=2))
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == SAMPLE
    assert lines[0].split()[1:] == ["bias_subtracted", "right", "bias_subtracted"]


def test_the_table_of_costs_has_every_submission_once():
    names = [*exam.wrong_submissions(), *COSTS["NOTHING"]]
    listed = [name for _, members in COSTS["groups"](names) for name in members]
    assert sorted(listed) == sorted(names)


def points(*checks: str) -> int:
    return sum(check.points for part in exam.PARTS.values() for check in part.checks if check.id in checks)


WHOLE = {id: part.max_score for id, part in exam.PARTS.items()}


@pytest.mark.parametrize(
    ("name", "lost"),
    [
        ("sgd_zeroes_the_gradient", {"sgd": points("sgd_leaves_the_gradients_alone")}),
        ("linreg is missing", {"linreg": WHOLE["linreg"]}),
        ("all stubs", WHOLE),
    ],
)
def test_a_mistake_costs_points_in_one_part_alone(name, lost):
    assert COSTS["cost"]((name, PUBLIC_SEED)) == (name, lost)
