"""One gradebook for a whole run, and one transaction for each submission.

nbgrader's steps open the gradebook nine times for each submission, look everything up by name, and commit after every
cell. While `one_gradebook` is open they are all given the same one. It writes nothing for good until `save`: whoever
looks, and whatever is killed, a submission's scores and comments are there together or not at all. What is the same
for every submission (the assignment's cells, the form of their metadata) is looked up and examined once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import Any

import jsonschema
import nbgrader.api
import nbgrader.converters.autograde
import nbgrader.nbgraderformat.common
import nbgrader.preprocessors.latesubmissions
import nbgrader.preprocessors.overwritecells
import nbgrader.preprocessors.overwritekernelspec
import nbgrader.preprocessors.saveautogrades
from nbgrader.api import BaseCell, Comment, Grade, Gradebook, MissingEntry, Student
from sqlalchemy import event
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session, scoped_session, sessionmaker

STEPS = (
    nbgrader.converters.autograde,
    nbgrader.preprocessors.overwritekernelspec,
    nbgrader.preprocessors.overwritecells,
    nbgrader.preprocessors.saveautogrades,
    nbgrader.preprocessors.latesubmissions,
)
"""nbgrader's modules that open the gradebook when a submission is graded."""
LOCK_SECONDS = 30.0
"""How long a write waits for others' (a formgrader's takes milliseconds) before the gradebook counts as locked."""


WAITING = {"sqlite": "PRAGMA busy_timeout = {}", "postgresql": "SET lock_timeout = {}"}
"""How a database is told, by dialect; in milliseconds."""


class Unusable(SQLAlchemyError):
    """The database cannot be read or written: locked, gone, full. The message says why."""


class _Patient(Session):
    """A session whose commits are kept until `save`; until then they only make what was read be read anew."""

    def commit(self) -> None:
        self.flush()
        self.expire_all()

    def save(self) -> None:
        super().commit()


class RunGradebook(Gradebook):  # type: ignore[misc]
    """nbgrader's Gradebook that stays open when it is closed, until `end`, and writes when told to `save`."""

    def __init__(self, db_url: str, course_id: str) -> None:
        super().__init__(db_url, course_id)
        event.listen(self.engine, "handle_error", _tell_trouble_from_entries)
        if self.engine.dialect.name in WAITING:
            event.listen(self.engine, "connect", _wait_for_locks(WAITING[self.engine.dialect.name]))
            self.engine.dispose()  # the connections made so far
        self._cells: dict[tuple[str, ...], Any] = {}
        self.db = scoped_session(sessionmaker(class_=_Patient, autoflush=True, bind=self.engine))

    def find_source_cell(self, name: str, notebook: str, assignment: str) -> Any:
        return self._kept("source", super().find_source_cell, name, notebook, assignment)

    def find_graded_cell(self, name: str, notebook: str, assignment: str) -> Any:
        return self._kept("graded", super().find_graded_cell, name, notebook, assignment)

    def _kept(self, kind: str, find: Callable[..., Any], *names: str) -> Any:
        """A cell of the assignment, apart from any session, so that it need not be found again."""
        found = self._cells.get((kind, *names))
        if found is None:
            found = self._cells[kind, *names] = find(*names)
            self.db.expunge(found)
        return found

    def update_or_create_student(self, name: str, **values: Any) -> Any:
        """Another run, of another assignment, may be making the same student at this moment: that is no error."""
        if self.engine.dialect.name == "postgresql":
            self.db.execute(insert(Student).values(id=name).on_conflict_do_nothing())
        return super().update_or_create_student(name, **values)

    def close(self) -> None:
        """Nothing: nbgrader's steps close what they have been given."""

    def end(self) -> None:
        """Close the gradebook. What has not been saved is gone."""
        super().close()

    def save(self) -> None:
        """Write everything since the last time for good, and forget what was read. Raises: SQLAlchemyError."""
        self.db().save()
        self.db.remove()

    def drop(self) -> None:
        """Forget everything since the last `save`."""
        self.db.remove()


def _tell_trouble_from_entries(context: ExceptionContext) -> None:
    """nbgrader takes every error of a statement for an entry that is wrong, which would be one submission's trouble."""
    if isinstance(context.sqlalchemy_exception, OperationalError):
        raise Unusable(str(context.original_exception)) from context.original_exception


def _wait_for_locks(statement: str) -> Callable[[Any, object], None]:
    def wait(connection: Any, record: object) -> None:
        connection.execute(statement.format(int(LOCK_SECONDS * 1000)))
        connection.commit()

    return wait


@contextmanager
def one_gradebook(db_url: str, course_id: str, plugins: Iterable[type] = ()) -> Iterator[RunGradebook]:
    """The gradebook, which nbgrader's steps use as well until this ends. Raises: SQLAlchemyError.

    plugins: classes of the course's own that nbgrader's steps call; they too get this gradebook when they open one. In
    SQLite, what they write to another would wait for this one, which waits for them.
    """
    gradebook = RunGradebook(db_url, course_id)
    places = [vars(module) for module in (*STEPS, nbgrader.api)]
    places += [names for names in map(_names_of, plugins) if names.get("Gradebook") is Gradebook]
    try:
        for names in places:
            names["Gradebook"] = lambda *arguments, **named: gradebook
        nbgrader.nbgraderformat.common.jsonschema = _Examined()
        yield gradebook
    finally:
        for names in places:
            names["Gradebook"] = Gradebook
        nbgrader.nbgraderformat.common.jsonschema = jsonschema
        gradebook.end()


def _names_of(plugin: type) -> dict[str, Any]:
    """The global names of the module, or of the configuration file, that a class was written in."""
    written = [value.__globals__ for value in vars(plugin).values() if isinstance(value, FunctionType)]
    return written[0] if written else {}


class _Examined:
    """In the place of the module jsonschema: metadata that have been found valid are not examined again.

    They are the instructor's, so there are as many as the assignment has cells.
    """

    def __init__(self) -> None:
        self._valid: set[str] = set()

    def validate(self, instance: Any, schema: Any) -> None:
        text = json.dumps([instance, schema], sort_keys=True)
        if text not in self._valid:
            jsonschema.validate(instance, schema)
            self._valid.add(text)


def assignment_digest(gradebook: Gradebook, assignment: str) -> str:
    """Stands for what the gradebook knows of an assignment of one notebook: its cells and their points."""
    notebook = gradebook.find_notebook(assignment, assignment)
    cells = [[cell.name, cell.cell_type, cell.locked, cell.source, cell.checksum] for cell in notebook.source_cells] + [
        [cell.name, cell.cell_type, cell.max_score] for cell in (*notebook.grade_cells, *notebook.task_cells)
    ]
    return digest([notebook.kernelspec, sorted(cells, key=str)])


def automatic_digest(gradebook: Gradebook, assignment: str, student: str) -> str:
    """Stands for what grading has written about a submission, and for how late it is; empty if there is nothing.

    What a person adds (marks, comments, the word that a cell has been looked at) is not part of it.
    """
    try:
        submission = gradebook.find_submission(assignment, student)
        notebook = gradebook.find_submission_notebook(assignment, assignment, student)
    except MissingEntry:
        return ""
    scores, comments = (
        sorted(
            list(row)
            for row in gradebook.db.query(BaseCell.name, value)
            .join(table, table.cell_id == BaseCell.id)
            .filter(table.notebook_id == notebook.id)
        )
        for table, value in ((Grade, Grade.auto_score), (Comment, Comment.auto_comment))
    )
    late = [str(submission.timestamp), submission.total_seconds_late, notebook.late_submission_penalty]
    return digest([scores, comments, late])


def digest(value: object) -> str:
    """The SHA-256 of a value as JSON."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
