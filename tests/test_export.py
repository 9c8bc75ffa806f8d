"""`nbgrader export` with the course's exporter, on a gradebook with every kind of student."""

import csv
import os
import shutil
import subprocess
import sys
import warnings
from datetime import datetime
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.plugins import CsvExportPlugin

from grader.export import COLUMNS, defused

ROOT = Path(__file__).resolve().parents[1]
CONFIGURATION = '\nc.ExportApp.plugin_class = "grader.export.QuotedCsvExport"\n'


def export(course: Path, *arguments: str) -> tuple[int, str]:
    """The exit code of the real command, and what it prints."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GRADER_", "JUPYTER"))}
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "export", *arguments],
        cwd=course,
        env=environment | {"HOME": str(course), "PYTHONWARNINGS": "ignore"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def gradebook(course: Path) -> Gradebook:
    return Gradebook(f"sqlite:///{course / 'course' / 'gradebook.db'}", "linreg")


def read(file: Path) -> dict[tuple[str, str], dict[str, str]]:
    """The rows of a table by assignment and student, in its order."""
    with open(file, encoding="utf-8", newline="") as stream:
        return {(row["assignment"], row["student_id"]): row for row in csv.DictReader(stream)}


def fill(book: Gradebook) -> None:
    """Two assignments; in the first, one cell graded automatically, one answer in words, one in code, for a person."""
    for name in ("ps1", "ps2"):
        book.add_assignment(name, duedate=datetime(2026, 1, 31))
        book.add_notebook(name, name)
        book.add_grade_cell("check_sgd", name, name, max_score=6, cell_type="code")
    book.add_grade_cell("why", "ps1", "ps1", max_score=3, cell_type="markdown")
    book.add_solution_cell("why", "ps1", "ps1")
    book.add_grade_cell("program", "ps1", "ps1", max_score=2, cell_type="code")
    book.add_solution_cell("program", "ps1", "ps1")
    book.add_student("zoe", last_name="O'Hara, Jr", first_name='Zoe "Z"', email="zoe@example.edu")
    book.add_student("ada", last_name='=HYPERLINK("http://evil","me")', first_name="Ada\nB", email="@SUM(A1)")
    for student in ("bob", "cleo", "dan", "eve"):
        book.add_student(student)
    for student, auto, words, program, penalty in [
        ("ada", 6, 2.5, 1, 0),
        ("bob", 4, None, None, 0),
        ("cleo", None, None, None, 0),
        ("zoe", 6, 0, 2, 100),
    ]:
        submission = book.add_submission("ps1", student, timestamp=datetime(2026, 1, 30, 12))
        [notebook] = submission.notebooks
        notebook.late_submission_penalty = penalty
        for grade in notebook.grades:
            if grade.name == "check_sgd":
                grade.auto_score = auto
                grade.needs_manual_grade = auto is None
            else:
                grade.manual_score = words if grade.name == "why" else program
                grade.needs_manual_grade = grade.manual_score is None
    book.db.commit()


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    """A course with a gradebook; Dan's folder has been handed in and never graded."""
    course = tmp_path_factory.mktemp("export")
    configuration = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
    (course / "nbgrader_config.py").write_text(configuration + CONFIGURATION, encoding="utf-8")
    (course / "course" / "submitted" / "dan" / "ps1").mkdir(parents=True)
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        # nbgrader's add_submission, with SQLAlchemy 2.1.
        warnings.filterwarnings("ignore", "Object of type <Submitted.*> not in session")
        # A new gradebook is stamped by alembic, which nbgrader starts by its bare name.
        patch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
        with gradebook(course) as book:
            fill(book)
    return course


@pytest.fixture(scope="module")
def rows(course) -> dict[tuple[str, str], dict[str, str]]:
    code, said = export(course, "--to=grades.csv")
    assert code == 0, said
    assert "not recognized" not in said
    return read(course / "grades.csv")


def test_the_columns_are_those_of_nbgrader_and_the_status(rows, course, tmp_path):
    with gradebook(course) as book:
        CsvExportPlugin(to=str(tmp_path / "stock.csv")).export(book)
    stock = (tmp_path / "stock.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    assert list(next(iter(rows.values()))) == list(COLUMNS) == [*stock, "status"]


def test_rows_are_in_the_order_of_assignments_and_ids(rows):
    students = ["ada", "bob", "cleo", "dan", "eve", "zoe"]
    assert list(rows) == [(name, student) for name in ("ps1", "ps2") for student in students]


@pytest.mark.parametrize(
    ("student", "status", "raw", "penalty", "score"),
    [
        ("ada", "graded", "9.5", "0.0", "9.5"),
        ("bob", "needs manual grading", "4.0", "0.0", "4.0"),
        ("cleo", "could not grade", "", "", ""),
        ("dan", "could not grade", "", "", ""),
        ("eve", "not submitted", "", "", ""),
        ("zoe", "graded", "8.0", "100.0", "0.0"),
    ],
)
def test_a_score_stands_only_where_there_is_one(rows, student, status, raw, penalty, score):
    row = rows["ps1", student]
    assert [row[name] for name in ("status", "raw_score", "late_submission_penalty", "score", "max_score")] == [
        *(status, raw, penalty, score, "11.0")
    ]


def test_quotes_commas_and_line_breaks_stay_in_their_cell(rows):
    zoe = rows["ps1", "zoe"]
    assert (zoe["last_name"], zoe["first_name"]) == ("O'Hara, Jr", 'Zoe "Z"')
    assert rows["ps1", "ada"]["first_name"] == "Ada\nB"
    assert zoe["timestamp"] == "2026-01-30 12:00:00"


def test_formulas_are_text(rows):
    ada = rows["ps1", "ada"]
    assert ada["last_name"] == '\'=HYPERLINK("http://evil","me")'
    assert ada["email"] == "'@SUM(A1)"


@pytest.mark.parametrize(
    "formula",
    ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1", " =1", "\N{FULLWIDTH EQUALS SIGN}1", "\N{NO-BREAK SPACE}=1"],
)
def test_everything_that_a_spreadsheet_computes_gets_an_apostrophe(formula):
    assert defused(formula) == f"'{formula}"


@pytest.mark.parametrize(
    ("value", "cell"), [("a=1", "a=1"), ("", ""), (" ", " "), (None, ""), (-1.5, "-1.5"), (0.0, "0.0")]
)
def test_other_values_stay_as_they_are(value, cell):
    assert defused(value) == cell


def test_one_assignment_and_some_students_can_be_asked_for(course):
    code, said = export(course, "--to=some.csv", "--assignment=['ps2']", "--student=['zoe','bob']")
    assert code == 0, said
    assert list(read(course / "some.csv")) == [("ps2", "bob"), ("ps2", "zoe")]


def test_a_file_that_cannot_be_written_is_one_sentence(course):
    shutil.rmtree(course / "nowhere", ignore_errors=True)
    code, said = export(course, "--to=nowhere/grades.csv")
    assert code == 1
    assert "The grades cannot be written to nowhere/grades.csv: No such file or directory." in said
    assert "Traceback" not in said
