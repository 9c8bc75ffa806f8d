"""Nobody pays for a mistake twice, and a failure of the whole says whose fault it is."""

from __future__ import annotations

import runpy
from pathlib import Path

import mxnet  # noqa: F401 (its import warns; better here than within a check)
import pytest

from grader.checks import parts
from grader.local import LocalSubject
from grader.part_runner import PartRunner
from grader.results import Part
from grader.seeds import PUBLIC_SEED
from grader.submissions import load
from solutions import linreg

SUBMISSIONS = Path(__file__).parent / "submissions"
WRONG = runpy.run_path(str(SUBMISSIONS / "expected.py"))["WRONG"]
PARTS = {part.id: part for part in parts("linreg_scratch")}
REFERENCE = {name: getattr(linreg, name) for name in linreg.__all__}
ONLY_IN_TRAINING = [
    name for name, lost in WRONG.items() if set(lost) <= {check.id for check in PARTS["training"].checks}
]
"""Wrong submissions whose own parts see nothing."""
KEPT = {"sgd_has_momentum"}
"""Of those, the ones that keep something from one step to the next."""


def stub(name: str) -> object:
    """The function as students get it."""
    namespace: dict[str, object] = {}
    exec(f"def {name}(*arguments):\n    raise NotImplementedError()\n", namespace)
    return namespace[name]


def graded(functions: dict[str, object], ids: tuple[str, ...] = tuple(PARTS)) -> dict[str, Part]:
    runner = PartRunner(tuple(PARTS.values()), LocalSubject(functions, seconds=60), PUBLIC_SEED)
    return {id: runner.run(PARTS[id]) for id in ids}


def wrong(name: str) -> dict[str, object]:
    return load(SUBMISSIONS / "wrong" / f"{name}.py", REFERENCE)


def alone_in(name: str) -> tuple[str, ...]:
    function = next(id for id in REFERENCE if name.startswith(id))
    return function, "training"


@pytest.mark.parametrize(
    "name",
    [
        "data_iter_yields_numpy_arrays",
        "linreg_forgets_the_bias",
        "squared_loss_broadcasts_to_a_square",
        "sgd_climbs",
        "sgd_rebinds_the_name",
    ],
)
def test_a_mistake_that_has_cost_its_own_part_costs_nothing_in_training(name: str) -> None:
    assert set(WRONG[name]) & {check.id for check in PARTS["training"].checks}, "training sees nothing of it"
    function, _ = alone_in(name)
    reports = graded(wrong(name), alone_in(name))
    assert reports[function].score < reports[function].max_score
    assert reports["training"].score == 6
    assert reports["training"].message.startswith(
        f"{function} lost points in its own part, and here the course's own {function} stood in for it."
    )


@pytest.mark.parametrize("missing", REFERENCE)
def test_one_function_that_is_not_there_costs_its_own_part_alone(missing: str) -> None:
    reports = graded(REFERENCE | {missing: stub(missing)})
    assert {
        id: report.max_score - report.score for id, report in reports.items() if report.score < report.max_score
    } == {missing: PARTS[missing].max_score}


def test_with_two_functions_missing_nothing_stands_in() -> None:
    reports = graded(REFERENCE | {"linreg": stub("linreg"), "sgd": stub("sgd")})
    assert {id: report.score for id, report in reports.items() if report.score < report.max_score} == {
        "linreg": 0,
        "sgd": 0,
        "training": 0,
    }
    assert reports["training"].message == "linreg is not implemented yet."


def test_with_two_functions_wrong_training_says_which() -> None:
    functions = wrong("linreg_forgets_the_bias") | {"sgd": wrong("sgd_climbs")["sgd"]}
    report = graded(functions, ("linreg", "sgd", "training"))["training"]
    assert report.score == 0
    assert report.message == (
        "linreg and sgd lost points in their own parts: mend them first, then look at this part again."
    )


@pytest.mark.parametrize("name", ONLY_IN_TRAINING)
def test_a_mistake_that_only_training_sees_costs_its_points_and_is_traced(name: str) -> None:
    report = graded(wrong(name), ("training",))["training"]
    failed = {outcome.id: outcome for outcome in report.checks if outcome.status != "passed"}
    assert {id: outcome.status for id, outcome in failed.items()} == WRONG[name]
    function, _ = alone_in(name)
    found = "Each step by itself is right" if name in KEPT else f"The mistake is in {function}: with the course's own"
    assert all(outcome.diagnosis.startswith(found) for outcome in failed.values())
    assert report.message == ""


def test_what_fails_beside_a_stand_in_still_costs_points() -> None:
    functions = wrong("data_iter_turns_the_labels_after_64_batches") | {"sgd": stub("sgd")}
    report = graded(functions)["training"]
    assert report.score == 4
    assert report.message == (
        "sgd lost points in its own part, and here the course's own sgd stood in for it. What does not pass below is "
        "about your data_iter, linreg and squared_loss."
    )


def test_own_parts_are_run_only_when_something_has_failed_and_only_if_they_were_not_before(monkeypatch) -> None:
    run: list[str] = []

    def recorded(part, subject, seed):
        run.append(part.id)
        return Part(id=part.id, score=int(part.id != "training"), max_score=1, checks=())

    monkeypatch.setattr("grader.part_runner.run_part", recorded)
    runner = PartRunner(tuple(PARTS.values()), LocalSubject({}), 1)
    runner.run(PARTS["data_iter"])
    runner.run(PARTS["training"])
    assert run[:5] == ["data_iter", "training", "linreg", "squared_loss", "sgd"]
    assert run[5:] == ["training"] * 5  # one step at a time, then with each of the four replaced


def test_earlier_reports_count_not_what_the_functions_would_get_now() -> None:
    """Whoever breaks a function after its points were given does not have it replaced in training."""
    functions = dict(REFERENCE)
    runner = PartRunner(tuple(PARTS.values()), LocalSubject(functions, seconds=60), PUBLIC_SEED)
    assert runner.run(PARTS["sgd"]).score == 7
    functions["sgd"] = wrong("sgd_climbs")["sgd"]
    report = runner.run(PARTS["training"])
    assert report.score < 6
    assert report.message == ""
    assert any("The mistake is in sgd" in outcome.diagnosis for outcome in report.checks)
