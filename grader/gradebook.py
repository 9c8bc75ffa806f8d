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
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from nbgrader.api import (
    Assignment,
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
from sqlalchemy import (
    BindParameter,
    Executable,
    Float,
    Text,
    and_,
    bindparam,
    cast,
    event,
    func,
    literal,
    null,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session, scoped_session, sessionmaker
from sqlalchemy.orm.attributes import set_committed_value

from grader.locks import Locked, this_process
from grader.outline import Outline, Outlined
from grader.steps import given_to_steps

if TYPE_CHECKING:
    from grader.execution import Marks

LOCK_SECONDS = 30.0
"""How long a write waits for others' (a formgrader's takes milliseconds) before the gradebook counts as locked."""


WAITING = {"sqlite": "PRAGMA busy_timeout = {}", "postgresql": "SET lock_timeout = {}"}
"""How a database is told, by dialect; in milliseconds."""
INSERT: dict[str, Callable[[Any], Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
"""What makes a row only where there is none yet, by dialect."""
HOLDER = """
SELECT activity.application_name FROM pg_locks held JOIN pg_stat_activity activity USING (pid)
WHERE held.locktype = 'advisory' AND held.granted AND held.objsubid = 1
AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
AND (held.classid::bigint << 32 | held.objid::bigint) = %s
"""

STUDENTS, ASSIGNMENTS = Student.__table__, Assignment.__table__
SUBMISSIONS, NOTEBOOKS = SubmittedAssignment.__table__, SubmittedNotebook.__table__
GRADES, COMMENTS = Grade.__table__, Comment.__table__


class Unusable(SQLAlchemyError):
    """The database cannot be read or written: locked, gone, full, without the assignment. The message says why."""


class _Patient(Session):
    """A session whose commits are kept until `save`; until then they only make what was read be read anew."""

    def commit(self) -> None:
        self.flush()
        self.expire_all()

    def save(self) -> None:
        super().commit()


@dataclass(frozen=True)
class Entry:
    """A submission as it stands in the gradebook. due: with the student's extension. id, notebook: its rows."""

    student: str
    id: str
    notebook: str
    timestamp: datetime | None
    due: datetime | None
    late_submission_penalty: float | None

    @property
    def total_seconds_late(self) -> float:
        if self.timestamp is None or self.due is None:
            return 0.0
        return max(0.0, (self.timestamp - self.due).total_seconds())

    def __str__(self) -> str:
        return f"The submission of {self.student}"


class _Statements:
    """What a run asks of its one assignment and has written there.

    Each finds its rows by an index that nbgrader has made, so that it takes as long in a large class as in a small one.
    Those for marks and comments name all the cells that there are, because their indexes begin with the cell.

    graded, commented: the ids of the cells that are worth points, and of those that can be commented on.
    """

    def __init__(self, assignment: str, notebook: str, graded: Sequence[str], commented: Sequence[str]) -> None:
        student: BindParameter[str] = bindparam("student")
        row: BindParameter[str] = bindparam("row")
        self.find = (
            select(
                SUBMISSIONS.c.id,
                NOTEBOOKS.c.id,
                SUBMISSIONS.c.timestamp,
                ASSIGNMENTS.c.duedate,
                SUBMISSIONS.c.extension,
                NOTEBOOKS.c.late_submission_penalty,
            )
            .select_from(ASSIGNMENTS)
            .outerjoin(
                SUBMISSIONS, and_(SUBMISSIONS.c.assignment_id == ASSIGNMENTS.c.id, SUBMISSIONS.c.student_id == student)
            )
            .outerjoin(
                NOTEBOOKS, and_(NOTEBOOKS.c.assignment_id == SUBMISSIONS.c.id, NOTEBOOKS.c.notebook_id == notebook)
            )
            .where(ASSIGNMENTS.c.id == assignment)
        )
        self.find_student = select(STUDENTS.c.id).where(STUDENTS.c.id == student)
        self.date = SUBMISSIONS.update().where(SUBMISSIONS.c.id == row).values(timestamp=bindparam("date"))
        self.no_penalty = NOTEBOOKS.update().where(NOTEBOOKS.c.id == row).values(late_submission_penalty=None)

        grades, comments = (
            and_(table.c.notebook_id == row, table.c.cell_id.in_([bindparam(f"{table.name}_{id}", id) for id in cells]))
            for table, cells in ((GRADES, graded), (COMMENTS, commented))
        )
        one_grade, one_comment = (
            and_(table.c.notebook_id == row, table.c.cell_id == bindparam("cell")) for table in (GRADES, COMMENTS)
        )
        self.find_marks = union_all(
            select(literal("score"), GRADES.c.cell_id, GRADES.c.auto_score, cast(null(), Text)).where(grades),
            select(literal("comment"), COMMENTS.c.cell_id, cast(null(), Float), COMMENTS.c.auto_comment).where(
                comments
            ),
        )
        self.total = select(func.coalesce(func.sum(Grade.score), 0.0)).where(grades)
        self.score = (
            GRADES.update()
            .where(one_grade)
            .values(
                auto_score=bindparam("value", type_=Float),
                # nbgrader's rule: what a person has marked is to be looked at again, like what has no score.
                needs_manual_grade=or_(GRADES.c.manual_score.is_not(None), cast(bindparam("value"), Float).is_(None)),
            )
        )
        self.comment = COMMENTS.update().where(one_comment).values(auto_comment=bindparam("value"))
        self.no_scores = GRADES.update().where(grades).values(auto_score=None, needs_manual_grade=True)
        self.no_comments = COMMENTS.update().where(comments).values(auto_comment=None)


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
        notebook = Gradebook.find_notebook(self, assignment, assignment)
        self.outline = Outline.of(notebook)
        Outlined.__init__(self, self.outline)
        self._name = assignment
        self._assignment_id, self._notebook_id = notebook.assignment_id, notebook.id
        graded = {cell.name: cell.id for cell in (*notebook.grade_cells, *notebook.task_cells)}
        commented = {cell.name: cell.id for cell in (*notebook.solution_cells, *notebook.task_cells)}
        self._ids = {"score": graded, "comment": commented}
        self._names = {id: name for cells in self._ids.values() for name, id in cells.items()}
        self._statements = _Statements(
            self._assignment_id, self._notebook_id, [*graded.values()], [*commented.values()]
        )
        self.drop()

    # What nbgrader's steps ask for, in fewer statements

    def update_or_create_student(self, name: str, **values: Any) -> Student:
        if values:
            return super().update_or_create_student(name, **values)
        self._make_student(name)
        return Student(id=name)

    def _make_student(self, name: str) -> None:
        """Another run, of another assignment, may be making the same student at this moment: that is no error."""
        own = INSERT.get(self.engine.dialect.name)
        if own is not None:
            self._run(own(STUDENTS).on_conflict_do_nothing(), {"id": name})
        elif self._run(self._statements.find_student, {"student": name}).first() is None:
            self._run(STUDENTS.insert(), {"id": name})

    def update_or_create_submission(self, assignment: str, student: str, **values: Any) -> Entry:
        """Of a student that there is. values: at most a timestamp."""
        return self._made(self._found(student), {name: parse_utc(value) for name, value in values.items()})

    # The step for late submissions wants a score. To add it up nbgrader looks through the grades of the whole class, so
    # it is given beforehand; with the rest, because before every further query SQLAlchemy forgets what is added up.

    def find_submission(self, assignment: str, student: str) -> SubmittedAssignment:
        """With its student and its assignment."""
        found = super().find_submission(assignment, student)
        for about in ("student", "assignment"):
            getattr(found, about)
        return found

    def find_submission_notebook(self, notebook: str, assignment: str, student: str) -> SubmittedNotebook:
        """With its score."""
        found = super().find_submission_notebook(notebook, assignment, student)
        set_committed_value(found, "score", self._run(self._statements.total, {"row": found.id}).scalar_one())
        return found

    def _made(self, entry: Entry, dated: dict[str, datetime]) -> Entry:
        """An entry with what it lacks, and this date if there is one."""
        made: dict[str, Any] = dict(dated)
        if not entry.id:
            made["id"] = new_uuid()
            of = {"id": made["id"], "assignment_id": self._assignment_id, "student_id": entry.student}
            self._run(SUBMISSIONS.insert(), of | dated)
        elif dated:
            self._run(self._statements.date, {"row": entry.id, "date": dated["timestamp"]})
        if not entry.notebook:
            made["notebook"] = self._add_notebook(made.get("id", entry.id))
        return replace(entry, **made)

    def _add_notebook(self, submission: str) -> str:
        """With a row for everything that can be marked or commented on, as nbgrader does it."""
        notebook: str = new_uuid()
        self._run(NOTEBOOKS.insert(), {"id": notebook, "assignment_id": submission, "notebook_id": self._notebook_id})
        for table, cells in ((GRADES, self._ids["score"]), (COMMENTS, self._ids["comment"])):
            if cells:
                self._run(table.insert(), [{"notebook_id": notebook, "cell_id": cell} for cell in cells.values()])
        return notebook

    # What we ask for

    def enter(self, student: str, timestamp: str, *, new_students: bool) -> Entry:
        """The entry of a submission, made where there was none.

        timestamp: when it was handed in; where it is empty, what the gradebook says about that stays.
        new_students: whether a student whom the gradebook does not know is made, too.

        Raises: MissingEntry for such a student otherwise.
        """
        found = self._found(student)
        if not found.id and new_students:
            self._make_student(student)
        elif not found.id:
            self.find_student(student)
        return self._made(found, {"timestamp": _parsed(timestamp)} if timestamp else {})

    def entry(self, student: str) -> Entry | None:
        """A submission as it stands, if there is one."""
        found = self._found(student)
        return found if found.notebook else None

    def _found(self, student: str) -> Entry:
        """id, notebook: empty where there are no such rows."""
        row = self._run(self._statements.find, {"student": student}).one_or_none()
        if row is None:
            raise Unusable(f"it does not know {self._name} any more")
        submission, notebook, timestamp, due, extension, penalty = row
        if due is not None and extension is not None:
            due += extension
        return Entry(student, submission or "", notebook or "", timestamp, due, penalty)

    def mark(self, entry: Entry, marks: Marks) -> None:
        """Write what grading says about a submission, as nbgrader's SaveAutoGrades does. Raises: MissingEntry."""
        there = self._marked(entry)
        for kind, change, said in (
            ("score", self._statements.score, marks.scores),
            ("comment", self._statements.comment, marks.comments),
        ):
            cells = self._ids[kind]
            missing = sorted(name for name in said if (kind, cells.get(name)) not in there)
            if missing:
                raise MissingEntry(f"The submission has nowhere to mark {', '.join(missing)}.")
            if said:
                values = [{"row": entry.notebook, "cell": cells[name], "value": value} for name, value in said.items()]
                self._run(change, values)

    def clear(self, entry: Entry) -> None:
        """No automatic score, every cell waits for a person. What a person has given stays."""
        statements = self._statements
        for change in (statements.no_scores, statements.no_comments, statements.no_penalty):
            self._run(change, {"row": entry.notebook})

    def automatic(self, entry: Entry) -> str:
        """Stands for what grading has written about a submission, and for how late it is.

        What a person adds (marks, comments, the word that a cell has been looked at) is not part of it.
        """
        marked = sorted([kind, self._names[cell], value] for (kind, cell), value in self._marked(entry).items())
        return digest([marked, [str(entry.timestamp), entry.total_seconds_late, entry.late_submission_penalty]])

    def _marked(self, entry: Entry) -> dict[tuple[str, str], Any]:
        """What grading has written, by "score" or "comment" and the cell's id."""
        rows = self._run(self._statements.find_marks, {"row": entry.notebook})
        return {(kind, cell): score if kind == "score" else comment for kind, cell, score, comment in rows}

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


def _parsed(timestamp: str) -> datetime:
    """What nbgrader's `parse_utc` says; its own parser takes as long as two statements."""
    if timestamp.endswith(" UTC"):
        with suppress(ValueError):
            parsed = datetime.fromisoformat(timestamp.removesuffix(" UTC"))
            if parsed.tzinfo is None:
                return parsed
    utc: datetime = parse_utc(timestamp)
    return utc


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
