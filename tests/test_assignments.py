"""What is asked of every assignment there is: source, notebook, reference and checks belong together."""

from __future__ import annotations

import ast
import json
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.preprocessors import ClearSolutions

from grader import checks
from grader.build import BEGIN_SOLUTION, END_SOLUTION, build
from grader.course import Course
from grader.gate import solution_lines
from grader.grading import Assignment, recognise
from grader.notebook import CHECK_PREFIX, check_call
from grader.sandbox.session import Session
from solutions import reference

COURSE = Course(Path(__file__).parents[1])
NAMES = COURSE.assignments()


@cache
def solved(name: str) -> Any:
    return nbformat.reads(build(COURSE.notebook(name).with_suffix(".py")).decode(), as_version=4)


def released(name: str) -> Any:
    notebook, _ = ClearSolutions().preprocess(nbformat.from_dict(json.loads(json.dumps(solved(name)))), {})
    return notebook


def functions(name: str) -> list[str]:
    """The functions of an assignment in the order of its parts."""
    return list(dict.fromkeys(function for part in checks.parts(name) for function in part.functions))


def marks(notebook: Any) -> dict[str, Any]:
    return {cell.id: cell for cell in notebook.cells if "nbgrader" in cell.metadata}


def test_every_assignment_has_checks_and_all_checks_an_assignment() -> None:
    assert checks.assignments() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_notebook_and_the_reference_hold_the_same_functions(name: str) -> None:
    source = Path(str(reference(name).__file__)).read_text(encoding="utf-8")
    expected = {
        node.name: ast.dump(node)
        for node in ast.parse(source).body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef))
    }
    cells = marks(solved(name))
    for function in functions(name):
        [node] = ast.parse(cells[function].source).body
        assert ast.dump(node) == expected[function], function


@pytest.mark.parametrize("name", NAMES)
def test_every_part_has_its_call_and_its_points(name: str) -> None:
    cells = marks(solved(name))
    for part in checks.parts(name):
        cell = cells[CHECK_PREFIX + part.id]
        assert cell.source == check_call(part)
        assert cell.metadata.nbgrader.points == part.max_score
    asked = [cell.id for cell in cells.values() if cell.id.startswith(CHECK_PREFIX)]
    assert asked == [CHECK_PREFIX + part.id for part in checks.parts(name)]


@pytest.mark.parametrize("name", NAMES)
def test_functions_are_written_in_the_order_of_the_parts_and_before_their_checks(name: str) -> None:
    order = [cell.id for cell in solved(name).cells]
    assert [id for id in order if id in functions(name)] == functions(name)
    for part in checks.parts(name):
        assert all(order.index(function) < order.index(CHECK_PREFIX + part.id) for function in part.functions)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_released_is_stubs_with_their_contracts(name: str) -> None:
    cells = marks(released(name))
    for function in functions(name):
        [node] = ast.parse(cells[function].source).body
        assert ast.get_docstring(node), function
        assert "raise NotImplementedError()" in cells[function].source
    shown = "\n".join(cell.source for cell in cells.values())
    assert BEGIN_SOLUTION not in shown
    assert END_SOLUTION not in shown
    secret = solution_lines(COURSE.notebook(name))
    assert len(secret) >= len(functions(name))
    assert [line for line in secret if line in shown] == []


@pytest.mark.parametrize("name", NAMES)
def test_two_answers_in_words_are_graded_by_hand(name: str) -> None:
    answers = [cell for cell in marks(solved(name)).values() if cell.cell_type == "markdown"]
    assert len([cell for cell in answers if cell.metadata.nbgrader.get("points")]) >= 2


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_recognised_as_that_of_its_own_assignment(name: str) -> None:
    known = [Assignment.load(other, COURSE.notebook(other).read_bytes()) for other in NAMES]
    for notebook in (solved(name), released(name)):
        found, _ = recognise(nbformat.writes(notebook).encode(), known)
        assert found.name == name


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("make", [solved, released], ids=["solved", "unsolved"])
def test_the_notebook_runs_from_top_to_bottom(name: str, make: Any, forkserver: Any) -> None:
    """Without an error, on one thread and in the sandbox, within the time that a cell may take there."""
    shown = []
    with Session(forkserver) as session:
        for cell in make(name).cells:
            if cell.cell_type == "code":
                outputs = json.loads(session.run_cell(cell.source).outputs)
                assert [output for output in outputs if output["output_type"] == "error"] == [], cell.source
                shown += outputs
    said = "".join(output["text"] for output in shown if output["output_type"] == "stream")
    assert ("Not implemented yet" in said) == (make is released)
    if make is solved:
        assert any("image/png" in output.get("data", {}) for output in shown)
