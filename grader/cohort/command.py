"""`grader grade ASSIGNMENT`: nbgrader's own configuration, and the class of a course."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from contextlib import chdir

from nbgrader.apps import AutogradeApp
from nbgrader.converters.base import NbGraderException
from rich.console import Console
from sqlalchemy.exc import SAWarning
from traitlets import TraitError

from grader.cohort.progress import Progress
from grader.cohort.run import CohortAutograde
from grader.course import Course


class NotGraded(Exception):
    """The class could not be graded, and why, in sentences."""


def grade_class(
    course: Course, assignment: str, console: Console, *, jobs: int, students: Sequence[str] = (), force: bool = False
) -> bool:
    """Grade all who handed in an assignment; whether everybody could be graded.

    students: only those whose ids fit one of these patterns. force: also those who are up to date.

    Raises: NotGraded.
    """
    progress = Progress(console)
    with chdir(course.root), warnings.catch_warnings():
        converter = configured(assignment)
        converter.jobs, converter.progress = jobs, progress
        converter.students, converter.force = tuple(students), force
        try:
            warnings.simplefilter("ignore", SAWarning)  # nbgrader's own use of its database
            converter.start()
        except NbGraderException as problem:
            raise NotGraded(f"{problem} {progress.so_far()}".rstrip()) from None
    console.print(progress.summary(), markup=False, highlight=False, soft_wrap=True, emoji=False)
    return not progress.unfit


def configured(assignment: str) -> CohortAutograde:
    """The converter as `nbgrader autograde` would have it here, with the files that nbgrader reads. Raises: NotGraded.

    What it has to say to a log is left out: the reasons are told at the end.
    """
    app = AutogradeApp(log_level=logging.CRITICAL)
    try:
        app.initialize([])
        app.coursedir.assignment_id = assignment
    except SystemExit as end:  # what nbgrader_config.py says when it cannot be used
        raise NotGraded(str(end) if isinstance(end.code, str) else "nbgrader_config.py cannot be read.") from None
    except TraitError as error:
        raise NotGraded(f"{assignment!r} cannot be the name of an assignment. {error}") from None
    app.log_level = logging.CRITICAL
    return CohortAutograde(coursedir=app.coursedir, parent=app)
