"""`grader export ASSIGNMENT`: what a class has got, from the gradebook and from the records of grading.

Final scores are the gradebook's, with the marks given by hand and what being late costs. Results are the records',
also of those whom the last `grader grade` found up to date.
"""

from __future__ import annotations

import warnings
from contextlib import chdir
from pathlib import Path

import msgspec
from nbgrader.api import Gradebook, MissingEntry
from sqlalchemy.exc import SAWarning, SQLAlchemyError

from grader.cohort.command import configured
from grader.cohort.run import CohortAutograde
from grader.course import Course
from grader.export import FinalGrade, final_grades
from grader.nbgrader_autograde import UNGRADED, read_note
from grader.records import read_record, write_report
from grader.report import lms
from grader.report.junit import junit_xml
from grader.report.text import result_text
from grader.results import Result, to_json


class NotExported(Exception):
    """Nothing could be written, and why, in sentences."""


def export_class(
    course: Course,
    assignment: str,
    *,
    canvas: Path | None = None,
    moodle: Path | None = None,
    json: Path | None = None,
    junit: Path | None = None,
    roster: Path | None = None,
    column: str | None = None,
) -> list[str]:
    """Write the files that have a name; what has to be told about them, in sentences.

    roster: what Canvas or Moodle exported. column: the assignment's title there. Raises: NotExported, NotGraded,
    OSError.
    """
    given = roster.read_bytes() if roster else None
    with chdir(course.root), warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # nbgrader's own use of its database
        converter = configured(assignment)
        grades = _grades(converter, assignment)
        results = class_results(converter, assignment)
    title = column or assignment
    tables: list[tuple[Path, lms.Table]] = []
    try:
        if canvas:
            tables.append(
                (canvas, lms.fill_canvas(given, grades, title) if given is not None else lms.canvas_csv(grades, title))
            )
        if moodle:
            reports = {student: result_text(result) for student, result in results.items() if result.score is not None}
            filled = lms.fill_moodle(given, grades, reports) if given is not None else lms.moodle_csv(grades, title)
            tables.append((moodle, filled))
    except lms.UnfitRoster as problem:
        raise NotExported(f"{roster} cannot be filled in. {problem}") from None
    for path, table in tables:
        write_report(path, table.text)
    if json:
        write_report(json, to_json(list(results.values())))
    if junit:
        write_report(junit, junit_xml(list(results.values())))
    return [
        f"These have a score and no line for themselves in {roster}: {', '.join(table.left_out)}."
        for _, table in tables
        if table.left_out
    ]


def _grades(converter: CohortAutograde, assignment: str) -> list[FinalGrade]:
    course = converter.coursedir
    try:
        with Gradebook(course.db_url, course.course_id) as gradebook:
            return final_grades(
                gradebook,
                assignment,
                lambda student, name: Path(course.format_path(course.submitted_directory, student, name)).exists(),
            )
    except MissingEntry:
        raise NotExported(
            f"The gradebook does not know {assignment}. Run `nbgrader generate_assignment {assignment}` first."
        ) from None
    except ModuleNotFoundError as error:
        raise NotExported(f"The gradebook cannot be read: its database's driver is missing ({error}).") from None
    except SQLAlchemyError as error:
        why = " ".join(str(getattr(error, "orig", None) or error).split())
        raise NotExported(f"The gradebook cannot be read: {why}.") from None


def class_results(converter: CohortAutograde, assignment: str) -> dict[str, Result]:
    """What came of every submission that grading has had in its hands, by student.

    The notebook of each is called by its path among the submissions: `zoe/linreg_scratch/linreg_scratch.ipynb`.
    """
    course = converter.coursedir
    found = {}
    for path in Path(course.root, converter.records_directory, assignment).glob("*.json"):
        record = read_record(path)
        if record is not None:
            found[record.student] = record.result
    for note in Path(course.root, converter.accepted_directory).glob(f"*/{assignment}/{UNGRADED}"):
        _, reason = read_note(note)
        found[note.parents[1].name] = _ungradable(converter, assignment, reason)
    return {
        student: msgspec.structs.replace(result, notebook=f"{student}/{assignment}/{assignment}.ipynb")
        for student, result in sorted(found.items())
    }


def _ungradable(converter: CohortAutograde, assignment: str, reason: str) -> Result:
    from grader.grading import Assignment, ungradable

    try:
        known = Assignment.load(assignment)
    except LookupError:
        known = Assignment(assignment, ())
    seed = converter.sealed.seed if converter.sealed else 0
    return ungradable(known, assignment, seed, reason, isolation="")
