"""Who is in a class, and what is known of each: from the records, the gradebook and the submissions' folders.

Nothing is changed, and nobody is kept from grading meanwhile. Of what students handed in, only the date is looked at.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SQLAlchemyError

from grader.export import FinalGrade, final_grades
from grader.intake import TIMESTAMP, look_at_slip
from grader.nbgrader_autograde import UNGRADED, read_note
from grader.records import Record, read_record, sha256
from grader.results import printable
from grader.student_ids import problem_with_id

State = Literal["graded", "could not grade", "not graded yet", "not handed in"]


@dataclass(frozen=True)
class Student:
    """One of the class. reason: why there is no score. doubts: why the record may not be the last word, in sentences.

    total, most, marking: the points in the gradebook, those by hand included, the most there can be, and whether that
    is all of them; None and empty if they are not known.
    """

    id: str
    state: State
    name: str = ""
    record: Record | None = None
    reason: str = ""
    doubts: tuple[str, ...] = ()
    total: float | None = None
    most: float | None = None
    marking: str = ""


@dataclass(frozen=True)
class Register:
    """A class and one assignment. notes: what else should be known about all of it, in sentences."""

    assignment: str
    students: tuple[Student, ...]
    notes: tuple[str, ...] = ()

    def those(self, state: State) -> tuple[Student, ...]:
        return tuple(student for student in self.students if student.state == state)


@dataclass(frozen=True)
class Folders:
    """Where things lie."""

    records: Path
    submitted: Path
    autograded: Path
    accepted: Path

    @classmethod
    def of(cls, course: CourseDirectory, records: str, accepted: str) -> Folders:
        root = Path(course.root)
        return cls(
            root / records, root / course.submitted_directory, root / course.autograded_directory, root / accepted
        )


@dataclass
class _Known:
    """What the gradebook knows: a grade of each student, and what is wrong with the gradebook."""

    grades: dict[str, FinalGrade] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read_register(
    assignment: str, folders: Folders, db_url: str, course_id: str, checks: Mapping[str, frozenset[tuple[str, int]]]
) -> Register:
    """Everybody of a class, in the order of their ids.

    checks: of each part, the checks that there are now and their points; a record with others is out of date.
    """
    known = _gradebook(assignment, folders, db_url, course_id)
    ids = {*known.grades, *_folders_with(folders.submitted, assignment), *_folders_with(folders.accepted, assignment)}
    ids |= {path.stem for path in (folders.records / assignment).glob("*.json")}
    students = tuple(_student(id, assignment, folders, known, checks) for id in sorted(ids))
    seeds = {student.record.result.seed for student in students if student.record is not None}
    if len(seeds) > 1:
        known.notes.append(
            f"The class was graded with {len(seeds)} different seeds. `grader grade {assignment}` grades it anew with "
            "the present one."
        )
    return Register(assignment, students, tuple(known.notes))


def _student(
    id: str, assignment: str, folders: Folders, known: _Known, checks: Mapping[str, frozenset[tuple[str, int]]]
) -> Student:
    grade = known.grades.get(id)
    name = " ".join(filter(None, [grade.first_name, grade.last_name])) if grade else ""
    student = Student(printable(id), "not handed in", printable(name))
    problem = problem_with_id(id)
    if problem:
        reason = f"This folder's name {problem}, so it is nobody's id."
        return replace(student, state="could not grade", reason=reason)
    note = folders.accepted / id / assignment / UNGRADED
    graded = folders.autograded / id / assignment
    handed_in = look_at_slip(folders.submitted, id, assignment).timestamp
    if note.is_file():
        timestamp, reason = read_note(note)
        doubts = _again(handed_in, timestamp)
        return replace(student, state="could not grade", reason=reason, doubts=doubts)
    path = folders.records / assignment / f"{id}.json"
    record = read_record(path)
    if record is None or record.student != id or record.result.score is None:
        if path.exists():
            return replace(student, state="not graded yet", reason="The record of grading it cannot be read.")
        there = os.path.lexists(folders.submitted / id / assignment)
        return replace(student, state="not graded yet") if there else student
    return replace(
        student,
        state="graded",
        record=record,
        doubts=tuple(_doubts(record, graded, handed_in, checks)),
        total=grade.score if grade else None,
        most=grade.max_score if grade else None,
        marking=grade.status if grade else "",
    )


def _doubts(
    record: Record, graded: Path, handed_in: str, checks: Mapping[str, frozenset[tuple[str, int]]]
) -> Iterator[str]:
    try:
        yield from _again(handed_in, (graded / TIMESTAMP).read_text(encoding="utf-8", errors="replace"))
        if sha256((graded / f"{record.result.assignment}.ipynb").read_bytes()) != record.notebook:
            yield "The autograded notebook is not the one that was graded."
    except OSError:
        yield "The autograded notebook is not there any more."
    found = {part.id: frozenset((check.id, check.max_points) for check in part.checks) for part in record.result.parts}
    if found != dict(checks):
        yield "It was graded by other checks than there are now."


def _again(handed_in: str, graded: str) -> tuple[str, ...]:
    if handed_in and handed_in != graded.strip():
        return ("It was handed in again after it was graded.",)
    return ()


def _gradebook(assignment: str, folders: Folders, db_url: str, course_id: str) -> _Known:
    def handed_in(student: str, name: str) -> bool:
        return os.path.lexists(folders.submitted / student / name)

    try:
        with closing(Gradebook(db_url, course_id)) as gradebook:
            grades = final_grades(gradebook, assignment, handed_in)
    except MissingEntry:
        return _Known(notes=["The gradebook does not know this assignment: who has not handed in is not known."])
    except (SQLAlchemyError, ModuleNotFoundError) as error:
        why = " ".join(str(getattr(error, "orig", None) or error).split())
        return _Known(notes=[f"The gradebook cannot be read ({why}): who has not handed in is not known."])
    return _Known({grade.student: grade for grade in grades})


def _folders_with(root: Path, assignment: str) -> Iterator[str]:
    """The names of the folders that have something in an assignment's place."""
    try:
        names = [entry.name for entry in os.scandir(root) if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return
    yield from (name for name in names if os.path.lexists(root / name / assignment))
