"""`grader grade ASSIGNMENT`: nbgrader's own configuration, and the class of a course."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from contextlib import ExitStack, chdir, closing
from typing import TYPE_CHECKING

from nbgrader.apps import AutogradeApp
from nbgrader.converters.base import NbGraderException
from rich.console import Console
from sqlalchemy.exc import SAWarning
from traitlets import TraitError

from grader.cohort.progress import Progress
from grader.cohort.run import CohortAutograde
from grader.course import Course

if TYPE_CHECKING:
    from grader.cohort.cluster import ClusterPool


class NotGraded(Exception):
    """The class could not be graded, and why, in sentences."""


def grade_class(
    course: Course,
    assignment: str,
    console: Console,
    *,
    jobs: int,
    dask: str | None = None,
    students: Sequence[str] = (),
    force: bool = False,
) -> bool:
    """Grade all who handed in an assignment; whether everybody could be graded.

    dask: the address of a scheduler; its workers then grade in the place of `jobs` processes of this machine.
    students: only those whose ids fit one of these patterns. force: also those who are up to date.

    Raises: NotGraded, SandboxProblem if there is no such cluster.
    """
    progress = Progress(console)
    with ExitStack() as stack:
        stack.enter_context(chdir(course.root))
        stack.enter_context(warnings.catch_warnings())
        converter = configured(assignment)
        converter.jobs, converter.progress = jobs, progress
        converter.students, converter.force = tuple(students), force
        if dask is not None:
            converter.cluster = stack.enter_context(closing(connect(dask, progress)))
        try:
            warnings.simplefilter("ignore", SAWarning)  # nbgrader's own use of its database
            converter.start()
        except NbGraderException as problem:
            raise NotGraded(f"{problem} {progress.so_far()}".rstrip()) from None
    console.print(progress.summary(), markup=False, highlight=False, soft_wrap=True, emoji=False)
    return not progress.unfit


def connect(address: str, progress: Progress) -> ClusterPool:
    """Raises: NotGraded, ClusterProblem."""
    try:
        from grader.cohort.cluster import ClusterPool
    except ImportError as error:
        raise NotGraded(
            f"To grade on a Dask cluster, the kit needs its extra `cluster` ({error}): pip install -e '.[cluster]'"
        ) from None
    # Whatever concerns the class is said by us; the client's log would come in between.
    for name in logging.root.manager.loggerDict:
        if name.partition(".")[0] in ("distributed", "tornado"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", message="Sending large graph")  # a notebook with many outputs
    return ClusterPool(address, progress.note)


def configured(assignment: str) -> CohortAutograde:
    """The converter as `nbgrader autograde` would have it here, with the files that nbgrader reads. Raises: NotGraded.

    What it has to say to a log is left out: the reasons are told at the end.
    """
    # Without this, nbgrader goes on with its own settings where a line of the configuration fails.
    app = AutogradeApp(log_level=logging.CRITICAL, raise_config_file_errors=True)
    try:
        app.initialize([])
    except SystemExit as end:  # what nbgrader_config.py says when it cannot be used
        raise NotGraded(str(end) if isinstance(end.code, str) else "nbgrader_config.py cannot be read.") from None
    except Exception as error:
        raise NotGraded(f"nbgrader_config.py cannot be read: {type(error).__name__}: {error}") from None
    try:
        app.coursedir.assignment_id = assignment
    except TraitError as error:
        raise NotGraded(f"{assignment!r} cannot be the name of an assignment. {error}") from None
    app.log_level = logging.CRITICAL
    return CohortAutograde(coursedir=app.coursedir, parent=app)
