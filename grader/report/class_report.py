"""`grader report ASSIGNMENT`: a class as one page for its instructor, as a table, and in a few lines for a terminal.

What to teach again stands at the top of the page. The page is complete in itself, loads and runs nothing, and holds
names: it is for instructors. Points are those of the checks; what a person has marked is told beside them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import chdir
from pathlib import Path

import nbformat
from markupsafe import Markup

from grader import checks
from grader.claims import PartSpec
from grader.course import Course
from grader.export import csv_text
from grader.notebook import CHECK_PREFIX
from grader.report import plots
from grader.report.findings import Distribution, Findings, Lesson, find
from grader.report.html import number, rendered
from grader.report.register import Folders, Register, Student, read_register
from grader.report.text import details

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
"""Nothing runs, is loaded or sent. Styles are ours alone, those in the pictures included."""
MOST_NAMED = 40
"""Names in one sentence of the page; everybody stands in its last table."""
HARDEST = 5


class NoReport(Exception):
    """There is nothing to report, and why, in sentences."""


def report_class(course: Course, assignment: str, output: Path | None = None) -> str:
    """Write the page and the table; the summary for a terminal.

    output: a folder, or the name of the page or of the table, of which the other one takes the same name.

    Raises: NoReport, OSError.
    """
    page, table = _names(course, assignment, output)
    register = _register(course, assignment)
    results = {student.id: student.record.result for student in register.those("graded") if student.record is not None}
    found = find(results)
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(class_page(register, found, sections(course.notebook(assignment))), encoding="utf-8")
    table.write_text(class_table(register, found), encoding="utf-8", newline="")
    return f"{summary(register, found)}\n\nThe page: {page}\nThe table: {table}"


def _names(course: Course, assignment: str, output: Path | None) -> tuple[Path, Path]:
    if output is not None and output.suffix in (".html", ".csv") and not output.is_dir():
        return output.with_suffix(".html"), output.with_suffix(".csv")
    folder = output or course.workspace / "reports"
    if folder.exists() and not folder.is_dir():
        raise NoReport(f"{folder} is a file: name a folder, or a page that ends in .html.")
    return folder / f"{assignment}.html", folder / f"{assignment}.csv"


def _register(course: Course, assignment: str) -> Register:
    from grader.cohort.command import NotGraded, configured

    if assignment not in course.assignments():
        there = ", ".join(course.assignments()) or "none"
        raise NoReport(f"There is no assignment called {assignment!r}. There are: {there}.")
    try:
        with chdir(course.root):
            converter = configured(assignment)
    except NotGraded as problem:
        raise NoReport(str(problem)) from None
    of = converter.coursedir
    folders = Folders.of(of, converter.records_directory, converter.accepted_directory)
    now = {part.id: frozenset((check.id, check.points) for check in part.checks) for part in _parts(course, assignment)}
    register = read_register(assignment, folders, of.db_url, of.course_id, now)
    if not register.those("graded") and not register.those("could not grade"):
        raise NoReport(f"Nothing of {assignment} has been graded yet. Run `grader grade {assignment}` first.")
    return register


def _parts(course: Course, assignment: str) -> Sequence[PartSpec]:
    """The parts of which the assignment's notebook has the check."""
    there = {
        cell.metadata.get("nbgrader", {}).get("grade_id")
        for cell in nbformat.read(course.notebook(assignment), as_version=4).cells
    }
    known = (part for name in checks.assignments() for part in checks.parts(name))
    return [part for part in known if CHECK_PREFIX + part.id in there]


def sections(notebook: Path) -> dict[str, str]:
    """Under which heading of the instructor's notebook each part's check stands."""
    heading, found = "", {}
    for cell in nbformat.read(notebook, as_version=4).cells:
        if cell.cell_type == "markdown":
            headings = [line for line in cell.source.splitlines() if line.startswith(("# ", "## ", "### "))]
            heading = headings[-1].lstrip("# ") if headings else heading
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if grade_id.startswith(CHECK_PREFIX):
            found[grade_id.removeprefix(CHECK_PREFIX)] = heading
    return found


def class_page(register: Register, found: Findings, headings: dict[str, str]) -> str:
    """The page. headings: of the lesson, by part."""
    times = Distribution.of(_seconds(register))
    graded = register.those("graded")
    pictures = {
        "scores": plots.scores(found.scores, found.most) if found.scores else "",
        "parts": plots.parts(found.parts) if graded else "",
        "checks": plots.checks(found.checks) if graded else "",
        "seconds": plots.seconds(times) if times else "",
    }
    return rendered(
        "class.html",
        policy=POLICY,
        style=Markup(rendered("class.css")),
        register=register,
        found=found,
        graded=graded,
        headings=headings,
        plots={name: Markup(drawn) for name, drawn in pictures.items()},
        times=times,
        hardest=found.hardest[:HARDEST],
        named=_named,
        count=count,
        number=number,
        percent=plots.percent,
        details=details,
        part_scores={student.id: _scores(student) for student in graded},
    )


TABLE = ("student_id", "name", "state", "automatic_score", "automatic_max_score")
MORE = ("gradebook_score", "gradebook_max_score", "gradebook_status", "seconds", "mistakes", "reason", "remarks")


def class_table(register: Register, found: Findings) -> str:
    """The class as CSV: a row for each student, the points of each part in a column of its own."""
    parts = [part.id for part in found.parts]
    made: dict[str, list[str]] = {student.id: [] for student in register.students}
    for mistake in found.mistakes:
        for student in mistake.students:
            made[student].append(f"{mistake.part}: {mistake.name}")

    def rows() -> Iterator[Sequence[object]]:
        for student in register.students:
            result = student.record.result if student.record is not None else None
            scores = _scores(student)
            yield (
                *(student.id, student.name, student.state),
                *((result.score, result.max_score) if result is not None else (None, None)),
                *(scores.get(part) for part in parts),
                *(student.total, student.most, student.marking),
                student.record.seconds if student.record is not None else None,
                "\n".join(made[student.id]),
                student.reason,
                "\n".join(student.doubts),
            )

    return csv_text([(*TABLE, *parts, *MORE), *rows()])


def summary(register: Register, found: Findings) -> str:
    """The class in a few lines of text."""
    others = {
        "could not be graded": register.those("could not grade"),
        "not graded yet": register.those("not graded yet"),
        "not handed in": register.those("not handed in"),
    }
    lines = [
        f"{register.assignment}: {len(register.those('graded'))} graded"
        + "".join(f", {len(students)} {what}" for what, students in others.items() if students)
        + "."
    ]
    scores = found.scores
    if scores is not None:
        lines.append(
            f"Automatic points: median {scores.median:.4g} of {found.most}, half of the class between "
            f"{scores.quarter:.4g} and {scores.three_quarters:.4g}; full marks: {len(found.full_marks)}."
        )
    lines += [f"  {place}. {taught(lesson)}" for place, lesson in enumerate(found.lessons, start=1)]
    doubtful = sum(bool(student.doubts) for student in register.students)
    if doubtful:
        lines.append(f"{count(doubtful, 'record')} may be out of date; the page says whose and why.")
    return "\n".join([*lines, *register.notes])


def taught(lesson: Lesson) -> str:
    return f"{lesson.part}, {count(lesson.students, 'student')}: {lesson.what}"


def count(number: int, noun: str) -> str:
    """`1 student`, `2 students`."""
    return f"{number} {noun}{'s' * (number != 1)}"


def _named(students: Sequence[str]) -> str:
    """Names in a row, as many as can be read."""
    listed = ", ".join(students[:MOST_NAMED])
    more = len(students) - MOST_NAMED
    return f"{listed} and {more} more" if more > 0 else listed


def _scores(student: Student) -> dict[str, int]:
    return {part.id: part.score for part in student.record.result.parts} if student.record is not None else {}


def _seconds(register: Register) -> list[float]:
    records = (student.record for student in register.students)
    return [record.seconds for record in records if record is not None and record.seconds is not None]
