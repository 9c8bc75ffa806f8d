"""`nbgrader export` to a table that a spreadsheet opens as it was meant.

nbgrader's own, tried with 0.9.5, joins values by commas without quoting them, leaves formulas to whoever opens the
file, and writes 0 for who did not submit and for who could not be graded alike.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from nbgrader.api import (
    Assignment,
    Grade,
    Gradebook,
    GradeCell,
    SolutionCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.plugins import ExportPlugin
from sqlalchemy.orm import aliased, undefer

NOT_SUBMITTED = "not submitted"
NOT_GRADED = "could not grade"
WAITS = "needs manual grading"
GRADED = "graded"

COLUMNS = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score"),
    "status",
)
"""nbgrader's, in its order, and one more."""

FORMULA_STARTS = "=+-@\t\r\n"


@dataclass(frozen=True, kw_only=True)
class FinalGrade:
    """What the gradebook says of one student and assignment.

    status: as in `QuotedCsvExport`. score: with the marks given by hand, less what being late costs; None unless all of
    it has been graded.
    """

    student: str
    last_name: str
    first_name: str
    email: str
    status: str
    score: float | None
    max_score: float


def final_grades(gradebook: Gradebook, assignment: str, handed_in: Callable[[str, str], bool]) -> list[FinalGrade]:
    """Everybody's grade in one assignment, in the order of their ids.

    handed_in: whether a submission of this student and assignment lies there. Raises: MissingEntry if the gradebook
    knows no such assignment.
    """
    found = gradebook.find_assignment(assignment)
    students = sorted(gradebook.students, key=lambda student: str(student.id))
    grades = []
    for values in _rows(gradebook, found, students, handed_in):
        row = dict(zip(COLUMNS, values, strict=True))
        grades.append(
            FinalGrade(
                student=str(row["student_id"]),
                last_name=row["last_name"] or "",
                first_name=row["first_name"] or "",
                email=row["email"] or "",
                status=row["status"],
                score=row["score"] if row["status"] == GRADED else None,
                max_score=row["max_score"],
            )
        )
    return grades


class QuotedCsvExport(ExportPlugin):  # type: ignore[misc]
    """One row for each assignment and student: nbgrader's columns, and a `status`.

    | status | means | score |
    |---|---|---|
    | graded | all of it | the points |
    | needs manual grading | somebody has to look at it | the points so far |
    | could not grade | something was handed in, but a part that is graded automatically has no score | none |
    | not submitted | nothing is known to the gradebook, and nothing lies in the submitted folder | none |

    Rows come in the gradebook's order of assignments and in the order of the students' ids. Encoded in UTF-8.
    """

    def export(self, gradebook: Gradebook) -> None:
        """Write the table to the file `to`, or `grades.csv`.

        Raises: SystemExit if it cannot be written.
        """
        assignments = [one for one in gradebook.assignments if _asked_for(one.name, self.assignment)]
        students = sorted(gradebook.students, key=lambda student: str(student.id))
        students = [student for student in students if _asked_for(student.id, self.student)]
        found = (_rows(gradebook, assignment, students, self._handed_in) for assignment in assignments)
        to = Path(self.to or "grades.csv")
        self.log.info("Exporting grades to %s", to)
        try:
            to.write_text(csv_text(chain([COLUMNS], *found)), encoding="utf-8", newline="")
        except OSError as error:
            raise SystemExit(f"The grades cannot be written to {to}: {error.strerror}.") from None

    def _handed_in(self, student: str, assignment: str) -> bool:
        """Whether a submission lies there, graded or not."""
        course = self.parent.coursedir
        return Path(course.format_path(course.submitted_directory, student, assignment)).exists()


def csv_text(rows: Iterable[Sequence[object]], delimiter: str = ",") -> str:
    """A table as CSV, every value quoted where it must be and defused."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerows([defused(value) for value in row] for row in rows)
    return text.getvalue()


def defused(value: object) -> str:
    """A value as the text of a cell; an apostrophe keeps text from being computed as a formula.

    Numbers are ours and stay as they are. Signs that are not ASCII but are read as it (such as the wide = of East
    Asian keyboards) count as what they are read as. A lone hyphen computes nothing, and is Moodle's for nothing at all.
    """
    if value is None:
        return ""
    text = str(value)
    if not isinstance(value, str) or text in ("", "-"):
        return text
    first = unicodedata.normalize("NFKC", text.lstrip(" \N{NO-BREAK SPACE}")[:1])
    return f"'{text}" if first in tuple(FORMULA_STARTS) else text


def _rows(
    gradebook: Gradebook, assignment: Assignment, students: Sequence[Student], handed_in: Callable[[str, str], bool]
) -> Iterator[Sequence[Any]]:
    """The values of a table's rows about one assignment, in the order of COLUMNS."""
    submissions = {
        submission.student_id: submission
        for submission in gradebook.db.query(SubmittedAssignment)
        .filter(SubmittedAssignment.assignment_id == assignment.id)
        .options(
            undefer(SubmittedAssignment.score),
            undefer(SubmittedAssignment.late_submission_penalty),
            undefer(SubmittedAssignment.needs_manual_grade),
        )
    }
    without_score = _without_automatic_score(gradebook, assignment)
    for student in students:
        submission = submissions.get(student.id)
        who = (student.id, student.last_name, student.first_name, student.email)
        raw: float | None = None
        penalty: float | None = None
        score: float | None = None
        if submission is None:
            status = NOT_GRADED if handed_in(student.id, assignment.name) else NOT_SUBMITTED
        elif submission.id in without_score:
            status = NOT_GRADED
        else:
            status = WAITS if submission.needs_manual_grade else GRADED
            raw, penalty = submission.score, submission.late_submission_penalty
            score = max(0.0, submission.score - submission.late_submission_penalty)
        timestamp = submission.timestamp if submission is not None else None
        yield (assignment.name, assignment.duedate, timestamp, *who, raw, penalty, score, assignment.max_score, status)


def _without_automatic_score(gradebook: Gradebook, assignment: Assignment) -> set[str]:
    """The submissions with a code cell that should have a score of the autograder's and has none of anybody's.

    nbgrader makes all grades of a submission, without scores and waiting for a person, before it runs anything, and
    leaves them like that when the run fails. A code cell that students fill in themselves (a grade cell and a solution
    cell in one) waits for a person by right.
    """
    answer = aliased(SolutionCell)
    query = (
        gradebook.db.query(SubmittedNotebook.assignment_id)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .join(GradeCell, GradeCell.id == Grade.cell_id)
        .outerjoin(answer, (answer.notebook_id == GradeCell.notebook_id) & (answer.name == GradeCell.name))
        .filter(
            SubmittedAssignment.assignment_id == assignment.id,
            GradeCell.cell_type == "code",
            answer.id.is_(None),
            Grade.auto_score.is_(None),
            Grade.manual_score.is_(None),
        )
    )
    return {found for (found,) in query.distinct()}


def _asked_for(name: object, wanted: Sequence[object]) -> bool:
    return not wanted or str(name) in {str(one) for one in wanted}
