"""`grader demo`: the whole life of every assignment on a sample class, in a folder of its own.

gate, generate, release, fetch, submit, collect, grade, feedback, export: each with nbgrader's own commands, on the
submissions that the tests are made of; only the grading is `grader grade`'s, except for the last of several
assignments, which `nbgrader autograde` grades. The classes are known, so the demonstration can say whether everybody
got exactly the marks they should.
"""

from __future__ import annotations

import re
import runpy
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Column, Table

from grader import checks, submissions
from grader.build import BEGIN_SOLUTION, END_SOLUTION
from grader.claims import PartSpec
from grader.course import MARKER, Course
from grader.gate import examine
from grader.nbgrader_commands import run_nbgrader
from grader.report.class_report import report_class
from grader.sandbox.levels import open_forkserver

SAMPLES = Path("tests/submissions")
SAMPLE_CLASS = "sample_class.py"
"""Says whose sample class it describes (`ASSIGNMENT`), and who is in it (`students()`)."""
GRADED = {"nbgrader autograde": re.compile("Autograding | cannot be graded"), "grader grade": re.compile(r"\d+/\d+ ")}
"""What either command says once for each submission."""
MOST_COLUMNS = 6
"""Parts that have a column each in the table of the class; of more, those that lost points are listed."""
STAMP = ".grader-demo"
"""Marks a folder as made by an earlier demonstration, which the next one may replace."""


class NotEmpty(Exception):
    """The folder holds something that is not an earlier demonstration."""


class NoClass(Exception):
    """There is no sample class for an assignment."""


@dataclass(frozen=True)
class Student:
    """One of the sample class: what they did, from which sample files, and the points each part should earn.

    expected: None if the submission cannot be graded. breaks: what becomes of the submission's folder after it has
    been collected.
    """

    id: str
    story: str
    files: tuple[str, ...]
    unsolved: tuple[str, ...] = ()
    expected: Mapping[str, int] | None = field(default_factory=dict)
    breaks: Callable[[Path], None] | None = None


def run_demo(
    course: Course,
    folder: Path,
    console: Console,
    *,
    students: int | None = None,
    assignments: Sequence[str] | None = None,
) -> bool:
    """Run the demonstration in `folder`; true if the gate held and everybody got the marks they should.

    students: only the first so many of each class. assignments: only these, of those that have a sample class.

    Raises: NotEmpty, NoClass, NbgraderFailed.
    """
    classes = sample_classes(course)
    names = list(classes if assignments is None else assignments)
    for name in names or ["this course"]:
        if name not in classes:
            raise NoClass(f"There is no sample class for {name}. There are: {', '.join(classes) or 'none'}.")
    folder = folder.resolve()  # nbgrader's commands run in the course's folder, not in ours
    _prepare(folder)
    own = _copy_course(course, folder / "linreg")
    stage = _Stage(own, folder / "exchange", folder / "students", console)
    right = True
    for name in names:
        sample_class = read_class(classes[name])[:students]
        if not _gate_holds(stage, name):
            return False
        _release(stage, name)
        _solve(stage, name, sample_class, classes[name])
        _grade(stage, name, sample_class, "nbgrader autograde" if name == names[-1] != names[0] else "grader grade")
        right = _report(stage, name, sample_class) and right
    grades = own.workspace / "grades.csv"
    run_nbgrader(own, "export", f"--to={grades}", exchange=stage.exchange)
    console.rule("To look around")
    console.print(
        "\n".join(f"Feedback pages  {own.workspace / 'feedback'}/STUDENT/{name}/{name}.html" for name in names)
        + "".join(f"\nClass report    {own.workspace / 'reports' / name}.html" for name in names)
        + f"\nGradebook       {own.workspace / 'gradebook.db'}"
        f"\nGrades as CSV   {grades} (nbgrader export)"
        f"\nThe course      cd {own.root} and open the formgrader in `jupyter lab`, or run any nbgrader command.",
        highlight=False,
        soft_wrap=True,
    )
    return right


@dataclass(frozen=True)
class _Stage:
    """Where a demonstration takes place: the copy of the course, the exchange, the students' homes, and who watches."""

    course: Course
    exchange: Path
    homes: Path
    console: Console

    def say(self, text: str) -> None:
        self.console.print(text, highlight=False)

    def nbgrader(self, *command: str, **options: Any) -> None:
        run_nbgrader(self.course, *command, exchange=self.exchange, **options)


def _gate_holds(stage: _Stage, name: str) -> bool:
    stage.console.rule(f"Is {name} fit for release?")
    held = True
    with open_forkserver() as forkserver:
        for finding in examine(stage.course, name, forkserver):
            held = held and finding.ok
            stage.say(f"  {'ok    ' if finding.ok else 'NOT OK'}  {finding.sentence}")
    return held


def _release(stage: _Stage, name: str) -> None:
    stage.console.rule("Release")
    for command in ("generate_assignment", "release_assignment"):
        stage.say(f"  nbgrader {command} {name}")
        stage.nbgrader(command, name)


def _solve(stage: _Stage, name: str, sample_class: Sequence[Student], samples: Path) -> None:
    stage.console.rule(f"{len(sample_class)} students solve it")
    reference = reference_cells(stage.course, name)
    with _progress(stage.console) as progress:
        task = progress.add_task("  fetch, solve, submit", total=len(sample_class))
        for student in sample_class:
            _submit(student, name, stage, samples, reference)
            progress.advance(task)


def _grade(stage: _Stage, name: str, sample_class: Sequence[Student], command: str) -> None:
    stage.console.rule("Grade")
    stage.say(f"  nbgrader collect {name}")
    stage.nbgrader("collect", name, "--ExchangeCollect.check_owner=False")
    for student in sample_class:
        if student.breaks is not None:
            student.breaks(stage.course.workspace / "submitted" / student.id / name)
    hopeless = any(student.expected is None for student in sample_class)
    with _progress(stage.console) as progress:
        feedback = "nbgrader generate_feedback"
        for step, word in ((command, GRADED[command]), (feedback, re.compile("Converting notebook"))):
            task = progress.add_task(f"  {step} {name}", total=len(sample_class))

            def count(line: str, task=task, word=word) -> None:  # type: ignore[no-untyped-def]
                if word.search(line):
                    progress.advance(task)

            program, verb = step.split()
            # Grading ends with an error if somebody could not be graded, after everybody else has been.
            stage.nbgrader(verb, name, program=program, on_line=count, fails=hopeless and step == command)
    stage.say(f"  nbgrader release_feedback {name}")
    stage.nbgrader("release_feedback", name)


def _report(stage: _Stage, name: str, sample_class: Sequence[Student]) -> bool:
    stage.console.rule("The class")
    table, right = class_table(name, sample_class, part_scores(stage.course, name))
    stage.console.print(table)
    if any(student.expected is None for student in sample_class):
        stage.console.print("A dash is no score: these submissions could not be graded, and wait for a person.")
    verdict = "Everybody got exactly the marks they should." if right else "NOT everybody got the marks they should."
    stage.say(f"{verdict} The answers in words wait to be graded by hand.")
    stage.say(f"  grader report {name}")
    report_class(stage.course, name)
    return right


def sample_classes(course: Course) -> dict[str, Path]:
    """The folders of submissions that have a sample class, by the name of their assignment.

    Those of the first assignment lie in `tests/submissions` itself, those of any other in a folder of its name there.
    """
    found = {}
    samples = course.root / SAMPLES
    for path in (*samples.glob(SAMPLE_CLASS), *sorted(samples.glob(f"*/{SAMPLE_CLASS}"))):
        found[str(runpy.run_path(str(path))["ASSIGNMENT"])] = path.parent
    return found


def read_class(samples: Path) -> list[Student]:
    """The sample class, as `sample_class.py` beside the submissions describes it."""
    described = runpy.run_path(str(samples / SAMPLE_CLASS))
    return [Student(**student) for student in described["students"]()]


def solve(notebook: nbformat.NotebookNode, student: Student, samples: Path, reference: Mapping[str, str]) -> None:
    """Write a student's answers into the released notebook, in place.

    reference: the solution of each function, for what the student's files do not define.
    """
    answers = dict(reference)
    for file in student.files:
        answers.update(submissions.cells((samples / file).read_text(encoding="utf-8"), reference))
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id in answers and grade_id not in student.unsolved:
            cell.source = answers[grade_id]
        elif (
            cell.cell_type == "markdown" and cell.metadata.get("nbgrader", {}).get("solution") and not student.unsolved
        ):
            cell.source = f"An answer in the words of {student.id}."


def reference_cells(course: Course, assignment: str) -> dict[str, str]:
    """The source of each function's cell in the instructor's notebook, without the markers of the solution."""
    names = {name for part in checks.parts(assignment) for name in part.functions}
    notebook = nbformat.read(course.notebook(assignment), as_version=4)
    ids = ((cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source) for cell in notebook.cells)
    return {grade_id: _unmarked(source) for grade_id, source in ids if grade_id in names}


def _unmarked(source: str) -> str:
    return "\n".join(line for line in source.splitlines() if BEGIN_SOLUTION not in line and END_SOLUTION not in line)


def part_scores(course: Course, assignment: str) -> dict[str, dict[str, float | None]]:
    """The demonstration's automatic score of each part, by student; None where there is none."""
    from nbgrader.api import Gradebook

    found: dict[str, dict[str, float | None]] = {}
    with Gradebook(_own_gradebook(course), "linreg") as gradebook:
        for submission in gradebook.assignment_submissions(assignment):
            grades = (grade for notebook in submission.notebooks for grade in notebook.grades)
            found[submission.student_id] = {
                grade.name.removeprefix("check_"): grade.auto_score
                for grade in grades
                if grade.name.startswith("check_")
            }
    return found


def class_table(
    assignment: str, sample_class: Sequence[Student], scores: Mapping[str, Mapping[str, float | None]]
) -> tuple[Table, bool]:
    """The class as a table, and whether everybody's every part has the points it should."""
    parts = checks.parts(assignment)
    whole = len(parts) <= MOST_COLUMNS
    columns = [part.id for part in parts] if whole else [Column("points lost in", min_width=16)]
    table = Table("student", Column("what they did", min_width=30), *columns, "score", "right")
    right = True
    for student in sample_class:
        got = scores.get(student.id, {})
        known = [score for score in got.values() if score is not None]
        if student.expected is None:
            fits, due = student.id in scores and not known, "–"
        else:
            fits = all(got.get(part.id) == student.expected[part.id] for part in parts)
            due = str(sum(student.expected.values()))
        right = right and fits
        cells = ["–" if got.get(part.id) is None else f"{got[part.id]:g}" for part in parts]
        if not whole:
            cells = [_lost(parts, got)]
        total = f"{sum(known):g}" if known else "–"
        table.add_row(student.id, student.story, *cells, total, "yes" if fits else f"NO, {due}")
    table.add_section()
    maxima = [part.max_score for part in parts]
    table.add_row("", "the most there is", *(map(str, maxima) if whole else [""]), str(sum(maxima)), "")
    return table, right


def _lost(parts: Sequence[PartSpec], got: Mapping[str, float | None]) -> str:
    """`SGD 2, fit 1`; `everything` where nothing was earned."""
    if not any(got.values()):
        return "everything"
    lost = {part.id: part.max_score - (got.get(part.id) or 0) for part in parts}
    return ", ".join(f"{id} {points:g}" for id, points in lost.items() if points)


def _prepare(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not (folder / STAMP).is_file())):
        raise NotEmpty(f"{folder} exists and is not an earlier demonstration. Name another folder.")
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / STAMP).write_text("Made by `grader demo`, which may replace this folder.\n", encoding="utf-8")


def _copy_course(course: Course, root: Path) -> Course:
    shutil.copytree(course.sources, root / "assignments", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    own = Course(root.resolve())
    config = (course.root / MARKER).read_text(encoding="utf-8")
    # Wherever the course keeps its marks, those of a demonstration are kept beside it.
    config += f"\nc.CourseDirectory.db_url = {_own_gradebook(own)!r}\n"
    (root / MARKER).write_text(config, encoding="utf-8")
    return own


def _own_gradebook(course: Course) -> str:
    return f"sqlite:///{course.workspace / 'gradebook.db'}"


def _submit(student: Student, assignment: str, stage: _Stage, samples: Path, reference: Mapping[str, str]) -> None:
    """Fetch the assignment as this student, solve it and submit it through nbgrader's exchange.

    nbgrader's classes are used directly: a new process for each student would take longer than all the rest.
    """
    from nbgrader.auth import Authenticator
    from nbgrader.coursedir import CourseDirectory
    from nbgrader.exchange.default import ExchangeFetchAssignment, ExchangeSubmit
    from traitlets.config import Config

    home = stage.homes / student.id
    home.mkdir(parents=True, exist_ok=True)
    config = Config()
    config.Exchange.root = str(stage.exchange)
    config.Exchange.cache = str(home / ".cache")
    config.Exchange.assignment_dir = str(home)
    config.CourseDirectory.course_id = "linreg"
    config.CourseDirectory.assignment_id = assignment
    config.CourseDirectory.student_id = student.id

    def through_exchange(action: type) -> None:
        action(
            coursedir=CourseDirectory(config=config), authenticator=Authenticator(config=config), config=config
        ).start()

    through_exchange(ExchangeFetchAssignment)
    path = home / assignment / f"{assignment}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    solve(notebook, student, samples, reference)
    nbformat.write(notebook, path)
    through_exchange(ExchangeSubmit)


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
    )
