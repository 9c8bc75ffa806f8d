"""A notebook's bytes become a result: what its parts earned, or why there is nothing to report."""

import json
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from grader import checks, grading
from grader.claims import PartSpec, claim
from grader.grading import Assignment, grade_notebook
from grader.notebook import Cell, Unreadable
from grader.notebook_run import CellRun, run_notebook
from grader.results import Outcome, Part
from grader.sandbox.problems import SandboxProblem
from grader.seeds import PUBLIC_SEED
from grader.subject import Subject

COURSE_NOTEBOOK = Path(__file__).parents[1] / "assignments/linreg_scratch/linreg_scratch.ipynb"
FUNCTIONS = ("data_iter", "linreg", "squared_loss", "sgd")


@claim(points=2, hint="Think.")
def first_claim(subject: Subject, rng: np.random.Generator) -> None:
    """The first claim."""


@claim(points=3, hint="Think.")
def second_claim(subject: Subject, rng: np.random.Generator) -> None:
    """The second claim."""


SUMS = Assignment("sums", (PartSpec("add", ("add",), (first_claim, second_claim)),))
TWO_PARTS = Assignment("two", (*SUMS.parts, PartSpec("multiply", ("multiply",), (second_claim,))))
OTHER = Assignment("other", (PartSpec("divide", ("divide",), (first_claim,)),))
NOBODY = SimpleNamespace(level="as told")
"""Stands in for a forkserver where nothing is run."""


def notebook(*grade_ids: str) -> bytes:
    cells = [{"cell_type": "code", "source": "", "metadata": {"nbgrader": {"grade_id": name}}} for name in grade_ids]
    return json.dumps({"nbformat": 4, "cells": cells}).encode()


def report(part: PartSpec, *passed: bool) -> CellRun:
    outcomes = tuple(
        Outcome(
            id=check.id,
            status="passed" if ok else "failed",
            points=check.points if ok else 0,
            max_points=check.points,
            claim=check.claim,
        )
        for check, ok in zip(part.checks, passed, strict=True)
    )
    score = sum(outcome.points for outcome in outcomes)
    return CellRun(part=Part(id=part.id, score=score, max_score=part.max_score, checks=outcomes))


@pytest.fixture
def ran(monkeypatch):
    """Pretend that a notebook ran, and with what end."""

    def pretend(outcome: list[CellRun] | Exception) -> list[tuple[list[Cell], int]]:
        asked: list[tuple[list[Cell], int]] = []

        def run(cells: list[Cell], parts: object, forkserver: object, *, seed: int) -> list[CellRun]:
            asked.append((cells, seed))
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        monkeypatch.setattr(grading, "run_notebook", run)
        return asked

    return pretend


def grade(data: bytes, *assignments: Assignment):
    return grade_notebook(data, assignments, NOBODY, name="n.ipynb", seed=5)  # type: ignore[arg-type]


def test_the_score_is_the_sum_of_what_the_parts_reported(ran):
    add, multiply = TWO_PARTS.parts
    asked = ran([CellRun(), report(multiply, True), report(add, True, False), CellRun(problem="It hung.")])
    result = grade(notebook("add", "multiply"), TWO_PARTS)
    assert (result.status, result.score, result.max_score) == ("graded", 5, 8)
    assert [(part.id, part.score) for part in result.parts] == [("add", 2), ("multiply", 3)]
    assert (result.assignment, result.notebook, result.seed, result.isolation) == ("two", "n.ipynb", 5, "as told")
    [(cells, seed)] = asked
    assert [cell.grade_id for cell in cells] == ["add", "multiply", "check_add", "check_multiply"]
    assert seed == 5


def test_a_notebook_is_graded_against_the_assignment_it_belongs_to(ran):
    for order in ([SUMS, OTHER], [OTHER, SUMS]):
        ran([report(SUMS.parts[0], True, True)])
        assert grade(notebook("add", "check_add"), *order).assignment == "sums"
        ran([report(OTHER.parts[0], True)])
        assert grade(notebook("divide"), *order).assignment == "other"


def test_what_cannot_be_graded_has_a_reason_and_no_score(ran):
    asked = ran([])
    for data, reason in (
        (b"", r"The file is empty\."),
        (b"not a notebook", "not JSON"),
        (notebook(), r"None of its cells belongs to an assignment \(sums, other\)\."),
        (notebook("somebody_elses"), "None of its cells belongs"),
    ):
        result = grade(data, SUMS, OTHER)
        assert (result.status, result.score, result.max_score, result.parts) == ("ungradable", None, 5, ())
        assert (result.isolation, result.seed) == ("as told", 5)
        assert re.search(reason, result.reason)
    assert asked == []


@pytest.mark.parametrize(
    ("problem", "reason"),
    [
        (SandboxProblem("The forkserver has ended."), "The forkserver has ended."),
        (RuntimeError("a fault of ours"), "The grader failed with RuntimeError: a fault of ours"),
        (KeyError("python3"), "The grader failed with KeyError: 'python3'"),
    ],
)
def test_our_own_troubles_are_never_a_zero(ran, problem, reason):
    ran(problem)
    result = grade(notebook("add"), SUMS)
    assert (result.status, result.score) == ("ungradable", None)
    assert result.reason == reason


def test_an_assignment_is_loaded_with_its_parts_and_its_notebook():
    loaded = Assignment.load("linreg_scratch", COURSE_NOTEBOOK.read_bytes())
    assert loaded.parts == checks.parts("linreg_scratch")
    assert loaded.max_score == 40
    assert {cell.grade_id for cell in loaded.cells} >= {"setup", "sgd", "check_sgd"}
    assert Assignment.load("linreg_scratch").cells == ()
    with pytest.raises(LookupError, match=r"There is no assignment called 'linear'\. There are: .*linreg_scratch"):
        Assignment.load("linear")
    with pytest.raises(Unreadable):
        Assignment.load("linreg_scratch", b"")


# real notebooks, run where students' notebooks are run


def solved() -> dict:
    document: dict = json.loads(COURSE_NOTEBOOK.read_text(encoding="utf-8"))
    return document


def cell_of(document: dict, grade_id: str) -> dict:
    [found] = [cell for cell in document["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id]
    return found


def before(document: dict, grade_id: str, source: str) -> None:
    """Add a cell of the student's own."""
    added = {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None}
    document["cells"].insert(document["cells"].index(cell_of(document, grade_id)), added)


def unsolve(cell: dict) -> None:
    stub = "    # YOUR CODE HERE\n    raise NotImplementedError()\n"
    source, count = re.subn(r" *### BEGIN SOLUTION.*?### END SOLUTION", stub, "".join(cell["source"]), flags=re.S)
    assert count
    cell["source"] = source


def grade_document(document: dict, forkserver, course: Assignment | None = None):
    course = course or Assignment.load("linreg_scratch", COURSE_NOTEBOOK.read_bytes())
    data = json.dumps(document).encode()
    return grade_notebook(data, [course], forkserver, name="n.ipynb", seed=PUBLIC_SEED)


def statuses(result) -> list[set[str]]:
    return [{outcome.status for outcome in part.checks} for part in result.parts]


@pytest.mark.slow
def test_a_solved_notebook_earns_full_marks_whatever_else_its_author_did(forkserver):
    document = solved()
    cell_of(document, "setup")["source"] = "raise RuntimeError('the setup was edited')"
    before(document, "data_iter", "def check(*anything):\n    return 1000\n\nraise ValueError('forgotten in here')")
    before(document, "sgd", "this is not Python\nlinreg_of_mine = linreg")
    before(document, "sgd", "import os\nos._exit(0)")
    document["cells"].remove(cell_of(document, "check_sgd"))
    cell_of(document, "check_linreg").update(cell_type="markdown", source="gone")
    result = grade_document(document, forkserver)
    assert result.full_marks, [(part.id, part.message, part.checks) for part in result.parts]
    assert [part.score for part in result.parts] == [12, 7, 8, 7, 6]
    assert statuses(result) == [{"passed"}] * 5
    assert result.isolation == forkserver.level


@pytest.mark.slow
def test_an_unsolved_notebook_earns_nothing_and_nothing_is_run(forkserver):
    document = solved()
    for name in FUNCTIONS:
        unsolve(cell_of(document, name))
    result = grade_document(document, forkserver)
    assert (result.status, result.score, result.max_score) == ("graded", 0, 40)
    assert statuses(result) == [{"not_run"}] * 5
    assert [part.message for part in result.parts] == [
        *(f"{name} is not implemented yet." for name in (*FUNCTIONS, "data_iter"))
    ]


@pytest.mark.slow
def test_a_function_that_ends_the_process_costs_its_own_points_only(forkserver):
    document = solved()
    unsolve(cell_of(document, "data_iter"))
    cell_of(document, "squared_loss")["source"] = "import os\n\ndef squared_loss(y_hat, y):\n    os._exit(0)"
    cell_of(document, "sgd")["source"] = "sgd = 'forgotten'"
    result = grade_document(document, forkserver)
    assert [part.score for part in result.parts] == [0, 7, 0, 0, 0]
    assert statuses(result) == [{"not_run"}, {"passed"}, {"errored", "not_run"}, {"not_run"}, {"not_run"}]
    first = result.parts[2].checks[0]
    assert (first.status, first.message) == (
        "errored",
        "squared_loss ended the whole process.",
    )
    assert result.parts[3].message == "sgd is a string, not a function."


@pytest.mark.slow
def test_a_notebook_that_keeps_ending_its_process_keeps_what_it_had_earned(forkserver):
    document = solved()
    for number in range(8):
        before(document, "squared_loss", f"import os\nos._exit({number})")
    result = grade_document(document, forkserver)
    assert result.status == "graded", result.reason
    assert [part.score for part in result.parts] == [12, 7, 0, 0, 0]
    assert statuses(result)[2:] == [{"errored", "not_run"}] * 3
    assert "restarted too often" in result.parts[2].checks[0].message


@pytest.mark.slow
def test_one_record_comes_for_each_cell(forkserver):
    parts = checks.parts("linreg_scratch")
    cells = [
        Cell("code", "print('hello')\n1 + 1"),
        Cell("code", "from mxnet import nd\ndef linreg(X, w, b):\n    return nd.dot(X, w) + b", "linreg"),
        Cell("code", "anything", "check_linreg"),
        Cell("code", "def linreg(X, w, b):\n    raise NotImplementedError", "linreg"),
        Cell("code", "raise KeyError('mine')", "own_tests"),
        Cell("code", "anything", "check_linreg"),
        Cell("code", "import os\nos.abort()"),
        Cell("code", "print('still', linreg.__name__)"),
    ]
    done = run_notebook(cells, parts, forkserver, seed=PUBLIC_SEED)
    assert len(done) == len(cells)
    assert [run.part.score if run.part else None for run in done] == [None, None, 7, None, None, 0, None, None]
    kinds = [[output["output_type"] for output in json.loads(run.outputs)] for run in done]
    assert kinds == [["stream", "execute_result"], [], [], [], ["error"], [], [], ["stream"]]
    assert done[6].problem == "This cell ended with an abort, so the notebook went on without it."
    assert json.loads(done[7].outputs)[0]["text"] == "still linreg\n"
