"""The demonstration: a class whose marks are known, taken through the whole life of an assignment."""

from __future__ import annotations

import io
from pathlib import Path

import nbformat
import pytest
from rich.console import Console

from grader import checks, demo
from grader.cli import main
from grader.course import Course, find_course
from grader.demo import NotEmpty, Student, class_table, read_class, reference_cells, run_demo, solve
from grader.grading import Assignment, grade_notebook
from grader.sandbox.levels import open_forkserver
from grader.seeds import PUBLIC_SEED

ROOT = Path(__file__).parents[1]
NAME = "linreg_scratch"
SAMPLES = ROOT / demo.SAMPLES
PARTS = {part.id: part.max_score for part in checks.parts(NAME)}


@pytest.fixture(scope="module")
def course() -> Course:
    return find_course(ROOT)


@pytest.fixture(scope="module")
def sample_class() -> list[Student]:
    return read_class(SAMPLES)


def test_the_class_has_students_of_every_kind(sample_class: list[Student]) -> None:
    assert len(sample_class) >= 24
    assert len({student.id for student in sample_class}) == len(sample_class)
    full = [student for student in sample_class if student.expected == PARTS]
    nothing = [
        student for student in sample_class if student.expected is not None and not any(student.expected.values())
    ]
    some = [student for student in sample_class if student not in full and student not in nothing]
    assert len(full) >= 8
    assert len(nothing) >= 2
    assert len(some) >= 14
    gradable = [student.expected for student in sample_class if student.expected is not None]
    assert len(gradable) == len(sample_class) - 2
    assert all(score <= PARTS[part] for expected in gradable for part, score in expected.items())


def test_every_file_of_the_class_exists(sample_class: list[Student]) -> None:
    missing = [file for student in sample_class for file in student.files if not (SAMPLES / file).is_file()]
    assert missing == []


def solved(course: Course, student: Student) -> dict[str, str]:
    """The source of each cell with a grade id, after the student has worked on the instructor's notebook."""
    notebook = nbformat.read(course.notebook(NAME), as_version=4)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = "the stub"
    solve(notebook, student, SAMPLES, reference_cells(course, NAME))
    return {cell.metadata.nbgrader.grade_id: cell.source for cell in notebook.cells if "nbgrader" in cell.metadata}


def test_a_student_hands_in_their_own_function_and_the_reference_for_the_others(course: Course) -> None:
    cells = solved(course, Student("maria", "", ("wrong/sgd_forgets_batch_size.py",)))
    assert "param.grad" in cells["sgd"]
    assert cells["sgd"] != reference_cells(course, NAME)["sgd"]
    assert cells["linreg"] == reference_cells(course, NAME)["linreg"]
    assert "SOLUTION" not in "".join(cells.values())


def test_an_unsolved_function_stays_a_stub(course: Course) -> None:
    cells = solved(course, Student("joan", "", (), ("sgd",)))
    assert cells["sgd"] == "the stub"
    assert "dot" in cells["linreg"]


def test_the_table_tells_a_mark_that_is_not_the_expected_one() -> None:
    ada = Student("ada", "right", (), expected=PARTS)
    assert class_table(NAME, [ada], {"ada": dict(PARTS)})[1]
    assert not class_table(NAME, [ada], {"ada": {**PARTS, "sgd": 5.0}})[1]
    assert not class_table(NAME, [ada], {"ada": {**PARTS, "sgd": None}})[1]
    assert not class_table(NAME, [ada], {})[1]


def test_a_folder_with_other_things_in_it_is_not_touched(
    tmp_path: Path, course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(NotEmpty):
        run_demo(course, tmp_path, Console(file=io.StringIO()))
    assert main(["demo", str(tmp_path), "--course", str(ROOT)]) == 2
    assert "is not an earlier demonstration" in capsys.readouterr().err
    assert (tmp_path / "thesis.tex").read_text() == "years of work"


@pytest.mark.parametrize("number", ["0", "-3", "many"])
def test_a_class_of_no_students_is_refused(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--students", number]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.slow
@pytest.mark.study
def test_a_small_class_goes_through_the_whole_life_of_an_assignment(
    tmp_path: Path, course: Course, sample_class: list[Student], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Students of each kind; nbgrader's gradebook must hold exactly the marks of the mark sheet."""
    chosen = [student for student in sample_class if student.id in ("ada", "joan", "niels", "mallory", "pat")]
    monkeypatch.setattr(demo, "read_class", lambda samples: chosen)
    said = io.StringIO()
    folder = tmp_path / "demo"
    monkeypatch.chdir(tmp_path)  # as `make demo` does: a folder named from where one stands
    assert run_demo(course, Path("demo"), Console(file=said, width=120), assignments=[NAME]), said.getvalue()
    assert "Everybody got exactly the marks they should." in said.getvalue()
    for student in chosen:
        page = folder / "linreg/course/feedback" / student.id / "linreg_scratch/linreg_scratch.html"
        text = page.read_text(encoding="utf-8")
        assert "BEGIN SOLUTION" not in text
        if student.expected is not None:
            assert "image/png" in text  # the picture of the data, which needs no solution
    pat = (folder / "linreg/course/feedback/pat/linreg_scratch/linreg_scratch.html").read_text(encoding="utf-8")
    assert "Not graded yet" in pat
    assert "not JSON" in pat
    assert set(demo.part_scores(Course(folder / "linreg"), NAME)["pat"].values()) == {None}
    niels = (folder / "linreg/course/feedback/niels/linreg_scratch/linreg_scratch.html").read_text(encoding="utf-8")
    assert "shape (2, 2)" in niels
    grades = (folder / "linreg/course/grades.csv").read_text(encoding="utf-8")
    assert all(student.id in grades for student in chosen)

    # The same notebooks through `grader check` earn the same, part by part.
    assignment = Assignment.load(NAME, course.notebook(NAME).read_bytes())
    gradebook = demo.part_scores(Course(folder / "linreg"), NAME)
    with open_forkserver() as forkserver:
        for student in chosen[:3]:
            assert student.expected is not None
            [notebook] = (folder / "linreg/course/submitted" / student.id / "linreg_scratch").glob("*.ipynb")
            result = grade_notebook(notebook.read_bytes(), [assignment], forkserver, name=student.id, seed=PUBLIC_SEED)
            assert {part.id: float(part.score) for part in result.parts} == gradebook[student.id]
