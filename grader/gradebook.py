"""One gradebook for a whole run, and one transaction for each submission.

nbgrader's steps open the gradebook nine times for each submission, look everything up by name, and commit after every
cell. While `one_gradebook` is open they are all given the same one. It writes nothing for good until `save`: whoever
looks, and whatever is killed, a submission's scores and comments are there together or not at all. What is the same
for every submission is read once, and a submission's rows are made and marked a table at a time, by statements whose
number does not grow with the assignment.

Courses may share a database in PostgreSQL. Every connection that a run writes by holds its assignment's lock there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    new_uuid,
)
from nbgrader.utils import parse_utc
from sqlalchemy import Executable, Float, Insert, bindparam, cast, event, insert, or_, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from grader.locks import Locked, this_process
from grader.outline import Outline, Outlined
from grader.steps import given_to_steps

if TYPE_CHECKING:
    from grader.execution import Marks

LOCK_SECONDS = 30.0
"""How long a write waits for others' (a formgrader's takes milliseconds) before the gradebook counts as locked."""


WAITING = {"sqlite": "PRAGMA busy_timeout = {}", "postgresql": "SET lock_timeout = {}"}
"""How a database is told, by dialect; in milliseconds."""
HOLDER = """
SELECT activity.application_name FROM pg_locks held JOIN pg_stat_activity activity USING (pid)
WHERE held.locktype = 'advisory' AND held.granted AND held.objsubid = 1
AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
AND (held.classid::bigint << 32 | held.objid::bigint) = %s
"""

STUDENTS, ASSIGNMENTS, CELLS = Student.__table__, Assignment.__table__, BaseCell.__table__
SUBMISSIONS, NOTEBOOKS = SubmittedAssignment.__table__, SubmittedNotebook.__table__
GRADES, COMMENTS = Grade.__table__, Comment.__table__

FIND_SUBMISSION = (
    select(
        SUBMISSIONS.c.id,
        SUBMISSIONS.c.timestamp,
        SUBMISSIONS.c.extension,
        ASSIGNMENTS.c.duedate,
        NOTEBOOKS.c.id,
        NOTEBOOKS.c.late_submission_penalty,
    )
    .join(ASSIGNMENTS, ASSIGNMENTS.c.id == SUBMISSIONS.c.assignment_id)
    .join(NOTEBOOKS, NOTEBOOKS.c.assignment_id == SUBMISSIONS.c.id)
    .where(ASSIGNMENTS.c.name == bindparam("assignment"), SUBMISSIONS.c.student_id == bindparam("student"))
)
FIND_STUDENT = select(STUDENTS.c.id).where(STUDENTS.c.id == bindparam("student"))
DATE = SUBMISSIONS.update().where(SUBMISSIONS.c.id == bindparam("submission")).values(timestamp=bindparam("date"))
FIND_SCORES, FIND_COMMENTS = (
    select(CELLS.c.name, table.c.id, value)
    .join(CELLS, CELLS.c.id == table.c.cell_id)
    .where(table.c.notebook_id == bindparam("notebook"))
    for table, value in ((GRADES, GRADES.c.auto_score), (COMMENTS, COMMENTS.c.auto_comment))
)
SCORE = (
    GRADES.update()
    .where(GRADES.c.id == bindparam("row"))
    .values(
        auto_score=bindparam("value", type_=Float),
        # nbgrader's rule: what a person has marked is to be looked at again, like what has no score.
        needs_manual_grade=or_(GRADES.c.manual_score.is_not(None), cast(bindparam("value"), Float).is_(None)),
    )
)
COMMENT = COMMENTS.update().where(COMMENTS.c.id == bindparam("row")).values(auto_comment=bindparam("value"))
NO_SCORES = (
    GRADES.update()
    .where(GRADES.c.notebook_id == bindparam("notebook"))
    .values(auto_score=None, needs_manual_grade=True)
)
NO_COMMENTS = COMMENTS.update().where(COMMENTS.c.notebook_id == bindparam("notebook")).values(auto_comment=None)
NO_PENALTY = NOTEBOOKS.update().where(NOTEBOOKS.c.id == bindparam("notebook")).values(late_submission_penalty=None)


class Unusable(SQLAlchemyError):
    """The database cannot be read or written: locked, gone, full. The message says why."""


class _Patient(Session):
    """A session whose commits are kept until `save`; until then they only make what was read be read anew."""

    def commit(self) -> None:
        self.flush()
        self.expire_all()

    def save(self) -> None:
        super().commit()


class RunGradebook(Outlined, Gradebook):  # type: ignore[misc]
    """nbgrader's Gradebook that stays open when it is closed, until `end`, and writes when told to `save`.

    It is for one assignment, of one notebook. outline: what it knows of that.

    Raises: MissingEntry where it does not know the assignment; grader.locks.Locked, now or where a connection has to be
    replaced, while another run has it.
    """

    def __init__(self, db_url: str, course_id: str, assignment: str) -> None:
        Gradebook.__init__(self, db_url, course_id)
        dialect = self.engine.dialect.name
        event.listen(self.engine, "handle_error", _tell_trouble_from_entries)
        if dialect in WAITING:
            event.listen(self.engine, "connect", _wait_for_locks(WAITING[dialect]))
        if dialect == "postgresql":
            event.listen(self.engine, "connect", _hold(assignment))
        self.engine.dispose()  # the connections made so far
        self.db = scoped_session(sessionmaker(class_=_Patient, autoflush=True, bind=self.engine))
        self._name = assignment
        notebook = Gradebook.find_notebook(self, assignment, assignment)
        self.outline = Outline.of(notebook)
        Outlined.__init__(self, self.outline)
        self._assignment_id, self._notebook_id = notebook.assignment_id, notebook.id
        self._graded_ids = [cell.id for cell in (*notebook.grade_cells, *notebook.task_cells)]
        self._commented_ids = [cell.id for cell in (*notebook.solution_cells, *notebook.task_cells)]
        self.drop()

    # What nbgrader's steps ask for, in fewer statements

    def update_or_create_student(self, name: str, **values: Any) -> Student:
        if values:
            return super().update_or_create_student(name, **values)
        if self._run(FIND_STUDENT, {"student": name}).first() is None:
            self._run(self._add_student, {"id": name})
        return Student(id=name)

    @cached_property
    def _add_student(self) -> Insert:
        """Another run, of another assignment, may be making the same student at this moment: that is no error."""
        match self.engine.dialect.name:
            case "postgresql":
                return postgresql.insert(STUDENTS).on_conflict_do_nothing()
            case "sqlite":
                return sqlite.insert(STUDENTS).on_conflict_do_nothing()
        return insert(STUDENTS)

    def update_or_create_submission(self, assignment: str, student: str, **values: Any) -> SubmittedAssignment:
        """values: at most a timestamp. A copy, as from `submission`."""
        dated = {name: parse_utc(value) for name, value in values.items()}
        try:
            found = self.submission(student)
        except MissingEntry:
            self._add_submission(student, dated)
            return self.submission(student)
        if dated:
            self._run(DATE, {"submission": found.id, "date": dated["timestamp"]})
            found.timestamp = dated["timestamp"]
        return found

    def _add_submission(self, student: str, dated: dict[str, Any]) -> None:
        """With a row for everything that can be marked or commented on, as nbgrader does it."""
        submission, notebook = new_uuid(), new_uuid()
        of = {"assignment_id": self._assignment_id, "student_id": student}
        self._run(SUBMISSIONS.insert(), {"id": submission} | of | dated)
        self._run(NOTEBOOKS.insert(), {"id": notebook, "assignment_id": submission, "notebook_id": self._notebook_id})
        for table, cells in ((GRADES, self._graded_ids), (COMMENTS, self._commented_ids)):
            if cells:
                self._run(table.insert(), [{"notebook_id": notebook, "cell_id": cell} for cell in cells])

    # What we ask for

    def submission(self, student: str) -> SubmittedAssignment:
        """A copy of a submission as it stands, with its one notebook, its student and the assignment's due date.

        Raises: MissingEntry.
        """
        row = self._run(FIND_SUBMISSION, {"assignment": self._name, "student": student}).one_or_none()
        if row is None:
            raise MissingEntry(f"The gradebook has no submission of {student}.")
        submission, timestamp, extension, duedate, notebook, penalty = row
        return SubmittedAssignment(
            id=submission,
            assignment=Assignment(name=self._name, duedate=duedate),
            student=Student(id=student),
            timestamp=timestamp,
            extension=extension,
            notebooks=[SubmittedNotebook(id=notebook, late_submission_penalty=penalty)],
        )

    def mark(self, student: str, marks: Marks) -> SubmittedAssignment:
        """Write what grading says about a submission, as nbgrader's SaveAutoGrades does. Raises: MissingEntry."""
        found = self.submission(student)
        notebook = {"notebook": found.notebooks[0].id}
        for find, change, said in ((FIND_SCORES, SCORE, marks.scores), (FIND_COMMENTS, COMMENT, marks.comments)):
            rows = {name: row for name, row, _ in self._run(find, notebook)}
            missing = said.keys() - rows.keys()
            if missing:
                raise MissingEntry(f"The submission has nowhere to mark {', '.join(sorted(missing))}.")
            if said:
                self._run(change, [{"row": rows[name], "value": value} for name, value in said.items()])
        return found

    def clear(self, student: str) -> None:
        """No automatic score, every cell waits for a person. What a person has given stays."""
        [notebook] = self.submission(student).notebooks
        for change in (NO_SCORES, NO_COMMENTS, NO_PENALTY):
            self._run(change, {"notebook": notebook.id})

    def automatic(self, student: str) -> str:
        """Stands for what grading has written about a submission, and for how late it is; empty if there is nothing.

        What a person adds (marks, comments, the word that a cell has been looked at) is not part of it.
        """
        try:
            found = self.submission(student)
        except MissingEntry:
            return ""
        [notebook] = found.notebooks
        scores, comments = (
            sorted([name, value] for name, _, value in self._run(find, {"notebook": notebook.id}))
            for find in (FIND_SCORES, FIND_COMMENTS)
        )
        late = [str(found.timestamp), found.total_seconds_late, notebook.late_submission_penalty]
        return digest([scores, comments, late])

    def _run(self, statement: Executable, values: Any) -> Any:
        return self.db.connection().execute(statement, values)

    # A run's way with it

    def close(self) -> None:
        """Nothing: nbgrader's steps close what they have been given."""

    def end(self) -> None:
        """Close the gradebook. What has not been saved is gone."""
        self.drop()
        if self.engine.dialect.name == "postgresql":
            # A server may take a moment to notice that a connection has been closed.
            with suppress(SQLAlchemyError, Locked):
                self._run(text("SELECT pg_advisory_unlock_all()"), {})
        super().close()

    def save(self) -> None:
        """Write everything since the last time for good, and forget what was read. Raises: SQLAlchemyError."""
        self.db().save()
        self.db.remove()

    def drop(self) -> None:
        """Forget everything since the last `save`."""
        self.db.remove()


class _Whole(Gradebook):  # type: ignore[misc]
    """A run's gradebook as a course's own class expects it: asked about anything at all, it looks."""

    def __init__(self, gradebook: RunGradebook) -> None:
        self.engine, self.db = gradebook.engine, gradebook.db
        self.course_id, self.authenticator = gradebook.course_id, gradebook.authenticator

    def close(self) -> None:
        """Nothing: it is the run's."""


def _tell_trouble_from_entries(context: ExceptionContext) -> None:
    """nbgrader takes every error of a statement for an entry that is wrong, which would be one submission's trouble."""
    if isinstance(context.sqlalchemy_exception, OperationalError):
        raise Unusable(str(context.original_exception)) from context.original_exception


def _wait_for_locks(statement: str) -> Callable[[Any, object], None]:
    def wait(connection: Any, record: object) -> None:
        connection.execute(statement.format(int(LOCK_SECONDS * 1000)))
        connection.commit()

    return wait


def _hold(assignment: str) -> Callable[[Any, object], None]:
    """Have a connection hold the assignment's lock, or not be there at all."""
    key = int.from_bytes(hashlib.sha256(assignment.encode()).digest()[:8], signed=True)

    def hold(connection: Any, record: object) -> None:
        connection.execute("SELECT set_config('application_name', %s, false)", [this_process()])
        [held] = connection.execute("SELECT pg_try_advisory_lock(%s::bigint)", [key]).fetchone()
        if not held:
            holder = connection.execute(HOLDER, [key]).fetchone()
            connection.close()
            raise Locked((holder and holder[0]) or "another process")
        connection.commit()

    return hold


@contextmanager
def one_gradebook(db_url: str, course_id: str, assignment: str, classes: Iterable[type] = ()) -> Iterator[RunGradebook]:
    """The gradebook, which nbgrader's steps and a course's own `classes` use as well until this ends.

    Raises: SQLAlchemyError, MissingEntry, grader.locks.Locked.
    """
    gradebook = RunGradebook(db_url, course_id, assignment)
    try:
        with given_to_steps(gradebook, _Whole(gradebook), classes):
            yield gradebook
    finally:
        gradebook.end()


def digest(value: object) -> str:
    """The SHA-256 of a value as JSON."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
