"""The gate holds for the course as it is, and falls for every way in which an assignment can be unfit for release."""

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest

from grader import checks, gate
from grader.course import MARKER, Course
from grader.gate import Finding, examine, generate, solution_lines
from grader.nbgrader_commands import NbgraderFailed
from grader.results import Outcome, Part, Result

ROOT = Path(__file__).parents[1]
NAME = "linreg_scratch"
PARTS = checks.parts(NAME)
FULL = sum(part.max_score for part in PARTS)
NOBODY = SimpleNamespace(level="none")


@pytest.fixture
def course(tmp_path: Path) -> Course:
    shutil.copytree(ROOT / "assignments", tmp_path / "assignments", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    shutil.copy(ROOT / MARKER, tmp_path / MARKER)
    return Course(tmp_path)


def result(lost: tuple[str, ...] = (), *, everything: bool = True, **changes) -> Result:
    """What grading would say: all points but those of `lost`, or none at all."""
    parts = []
    for spec in PARTS:
        outcomes = tuple(
            Outcome(
                id=check.id,
                status="passed" if everything and check.id not in lost else "failed",
                points=check.points if everything and check.id not in lost else 0,
                max_points=check.points,
                claim=check.claim,
            )
            for check in spec.checks
        )
        score = sum(outcome.points for outcome in outcomes)
        parts.append(Part(id=spec.id, score=score, max_score=spec.max_score, checks=outcomes))
    basics = {"assignment": NAME, "notebook": "n", "status": "graded", "max_score": FULL, "seed": 1}
    score = sum(part.score for part in parts)
    return Result(**{**basics, "isolation": "none", "score": score, "parts": tuple(parts), **changes})


def untouched() -> Result:
    return result(everything=False)


@pytest.fixture
def pretend(monkeypatch):
    """Grade as told instead of running notebooks, and hand out a ready-made release instead of asking nbgrader."""

    def arrange(reference: Result, bare: Result, release: dict[str, str] | None = None) -> None:
        def grade_notebook(data: bytes, assignments: object, forkserver: object, *, name: str, seed: int) -> Result:
            return {"reference": reference, "untouched release": bare}[name]

        def make(course: Course, name: str, folder: Path) -> Path:
            for path, text in (release or {f"{NAME}.ipynb": notebook_of("raise NotImplementedError()")}).items():
                file = folder / NAME / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
            return folder / NAME

        monkeypatch.setattr(gate, "grade_notebook", grade_notebook)
        monkeypatch.setattr(gate, "generate", make)

    return arrange


def notebook_of(*sources: str, **changes) -> str:
    cells = [nbformat.v4.new_code_cell(source, id=f"cell-{i}", **changes) for i, source in enumerate(sources)]
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells))


def findings(course: Course) -> list[Finding]:
    return list(examine(course, NAME, NOBODY))  # type: ignore[arg-type]


def only_failure(course: Course) -> str:
    [failed] = [finding for finding in findings(course) if not finding.ok]
    return failed.sentence


def edit_notebook(course: Course, change) -> None:
    path = course.notebook(NAME)
    document = nbformat.read(path, as_version=4)
    change({cell.metadata.nbgrader.grade_id: cell for cell in document.cells if "nbgrader" in cell.metadata})
    nbformat.write(document, path)


def test_five_findings_and_a_sentence_for_each(course, pretend):
    pretend(result(), untouched())
    assert findings(course) == [
        Finding(True, "source and notebook agree."),
        Finding(True, "the points in the notebook are those of the checks."),
        Finding(True, f"the reference earns {FULL} of {FULL} points."),
        Finding(True, "the release holds no line of a solution."),
        Finding(True, "the untouched release earns nothing."),
    ]


# source, notebook and points


def test_a_notebook_edited_by_hand_is_found(course, pretend):
    pretend(result(), untouched())
    edit_notebook(course, lambda cells: cells["setup"].update(source="import mxnet"))
    assert only_failure(course) == "source and notebook differ. Run `python -m grader.build`."


def test_a_source_edited_without_building_is_found(course, pretend):
    pretend(result(), untouched())
    source = course.notebook(NAME).with_suffix(".py")
    source.write_text(source.read_text(encoding="utf-8") + "\n# %%\nx = 1\n", encoding="utf-8")
    assert only_failure(course) == "source and notebook differ. Run `python -m grader.build`."


def test_a_source_that_cannot_be_built_is_told_with_its_reason(course, pretend):
    pretend(result(), untouched())
    source = course.notebook(NAME).with_suffix(".py")
    source.write_text(source.read_text(encoding="utf-8").replace("### END SOLUTION", "", 1), encoding="utf-8")
    assert only_failure(course).startswith("the source cannot be built: ")


def test_points_that_are_not_those_of_the_checks_are_found(course, pretend):
    pretend(result(), untouched())
    edit_notebook(course, lambda cells: cells["check_sgd"].metadata.nbgrader.update(points=70))
    failed = [finding.sentence for finding in findings(course) if not finding.ok]
    assert failed == [
        "source and notebook differ. Run `python -m grader.build`.",
        "the cell check_sgd carries 70 points, its checks 7.",
    ]


def test_a_check_without_a_cell_is_found(course, pretend):
    pretend(result(), untouched())
    edit_notebook(course, lambda cells: cells["check_training"].metadata.nbgrader.update(grade_id="check_test"))
    assert "the cell check_training carries None points, its checks 6." in [f.sentence for f in findings(course)]


@pytest.mark.parametrize("text", ["", "not a notebook", "{}", '{"cells": [], "nbformat": 3}'])
def test_a_notebook_that_is_none_is_a_finding_and_no_crash(course, pretend, text):
    pretend(result(), untouched())
    course.notebook(NAME).write_text(text, encoding="utf-8")
    failed = [finding for finding in findings(course) if not finding.ok]
    assert len(failed) == 2
    assert failed[1].sentence.startswith("it cannot be graded. ")


def test_an_assignment_without_checks_is_a_finding_and_no_crash(course, pretend):
    pretend(result(), untouched())
    folder = course.sources / "unchecked"
    folder.mkdir()
    (folder / "unchecked.py").write_text("# %%\nx = 1\n", encoding="utf-8")
    (folder / "unchecked.ipynb").write_text(notebook_of("x = 1"), encoding="utf-8")
    found = list(examine(course, "unchecked", NOBODY))  # type: ignore[arg-type]
    assert not found[-1].ok
    assert "There is no assignment called 'unchecked'" in found[-1].sentence


# the reference


def test_a_reference_that_loses_a_point_is_found_with_the_check_it_fails(course, pretend):
    lost = PARTS[1].checks[-1]
    pretend(result((lost.id,)), untouched())
    assert only_failure(course) == (
        f"the reference earns {FULL - lost.points} of {FULL} points only; it fails {lost.id}."
    )


def test_a_reference_that_could_not_be_graded_is_no_reference(course, pretend):
    pretend(result(status="ungradable", score=None, parts=(), reason="No sandbox."), untouched())
    assert only_failure(course) == "the reference could not be graded: No sandbox."


# the release


def test_an_untouched_release_that_earns_a_point_is_found(course, pretend):
    earned = [check.id for part in PARTS for check in part.checks]
    pretend(result(), result(tuple(earned[1:])))
    first = PARTS[0].checks[0].points
    assert only_failure(course) == f"the untouched release earns {first} of {FULL} point{'s' * (FULL > 1)}."


def test_an_untouched_release_that_could_not_be_graded_proves_nothing(course, pretend):
    pretend(result(), result(status="ungradable", score=None, parts=(), reason="No sandbox."))
    assert only_failure(course) == "the untouched release could not be graded: No sandbox."


def test_a_release_that_nbgrader_cannot_make_is_found(course, pretend, monkeypatch):
    def refuse(*arguments: object) -> Path:
        raise NbgraderFailed("`nbgrader generate_assignment` failed: ERROR")

    pretend(result(), untouched())
    monkeypatch.setattr(gate, "generate", refuse)
    assert only_failure(course) == "nbgrader cannot make a release. `nbgrader generate_assignment` failed: ERROR"


SECRET = "param -= lr / batch_size * param.grad"


@pytest.mark.parametrize(
    "release",
    [
        {f"{NAME}.ipynb": notebook_of("x = 1", f"def sgd():\n        {SECRET}")},
        {f"{NAME}.ipynb": notebook_of(f"# {SECRET}  # the answer")},
        {f"{NAME}.ipynb": notebook_of("### BEGIN SOLUTION\npass")},
        {f"{NAME}.ipynb": notebook_of("pass\n    ### END SOLUTION")},
        {
            f"{NAME}.ipynb": notebook_of(
                "x = 1", outputs=[nbformat.v4.new_output("stream", text=f"Traceback\n----> 1 {SECRET}\n")]
            )
        },
        {f"{NAME}.ipynb": notebook_of("x = 1"), f"{NAME}.py": f"    {SECRET}\n"},
        {f"{NAME}.ipynb": notebook_of("x = 1"), "data/notes.txt": f"hint: {SECRET}"},
        {f"{NAME}.ipynb": notebook_of("x = 1"), "copy/old.ipynb": notebook_of(SECRET)},
    ],
    ids=["source", "comment", "begin", "end", "output", "script", "notes", "second notebook"],
)
def test_a_release_that_holds_a_solution_line_or_a_marker_is_found(course, pretend, release):
    pretend(result(), untouched(), release)
    assert only_failure(course).startswith("the release leaks a solution: ")


def test_files_that_are_no_text_do_not_stop_the_gate(course, pretend):
    pretend(result(), untouched(), {f"{NAME}.ipynb": notebook_of("x = 1"), "picture.png": "\x89PNG\x00"})
    assert all(finding.ok for finding in findings(course))


def test_solution_lines_are_what_the_release_may_not_say(tmp_path):
    path = tmp_path / "n.ipynb"
    path.write_text(
        notebook_of(
            "def f(x):\n    ### BEGIN SOLUTION\n    secret = x + 1\n    for i in x:\n    else:\n    return secret\n"
            "    ### END SOLUTION\nreturn secret",
            "for i in x:\n    print(i)",
        ),
        encoding="utf-8",
    )
    assert solution_lines(path) == ["secret = x + 1"]


def test_the_course_itself_has_solution_lines_in_code_and_words():
    lines = solution_lines(Course(ROOT).notebook(NAME))
    assert SECRET in lines
    assert any(line.startswith("Broadcasting stretches both arrays") for line in lines)


# nbgrader's own release


@pytest.mark.slow
def test_a_real_release_is_solved_nowhere_unless_its_source_lies_beside_it(course, pretend, monkeypatch, tmp_path):
    """A course that forgets to ignore *.py makes the release with which both are shown."""
    config = course.root / MARKER
    text = config.read_text(encoding="utf-8")
    assert '"*.py"' in text
    config.write_text(text.replace('"*.py"', '"*.ignored"'), encoding="utf-8")
    release = generate(course, NAME, tmp_path / "made")
    pretend(result(), untouched())
    monkeypatch.setattr(gate, "generate", lambda course, name, folder: release)
    assert only_failure(course).startswith(f"the release leaks a solution: {NAME}.py holds ")
    (release / f"{NAME}.py").unlink()
    assert all(finding.ok for finding in findings(course))
    made = (release / f"{NAME}.ipynb").read_text(encoding="utf-8")
    assert json.loads(made)["nbformat"] == 4
    assert made.count("raise NotImplementedError()") >= 4
    assert not [line for line in solution_lines(course.notebook(NAME)) if line in made]
