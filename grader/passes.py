"""nbgrader's two passes over a submission, in a process that has no course: no folder, no settings, no gradebook.

What of the course the passes need travels with each submission, as a plan (`grader.steps`). They are nbgrader's own
steps, so what comes of them is what `nbgrader autograde` would make of it. The step for late submissions is left to
whoever has the gradebook: it needs dates, and marks given by hand.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec
import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader.api import Comment, Grade

from grader.execution import Executed, Handed, Marks, execute
from grader.frame import as_assignment, as_notebook, as_text
from grader.notebook import assemble
from grader.outline import Outline, Outlined, one
from grader.sandbox.client import Forkserver
from grader.steps import Plan, given_to_steps


def grade(handed: Handed, forkserver: Forkserver) -> Executed:
    """Put a submission into its frame, run it and have nbgrader mark it.

    Raises: SandboxProblem, and whatever is wrong with us or with the submission.
    """
    passes = _passes(handed.plan)
    accepted = passes.accepted(handed)
    blank = Blank(passes.outline)
    with given_to_steps(blank):
        sanitized = passes.over(accepted, passes.sanitize)
        done = execute(sanitized.encode(), forkserver, seed=handed.seed)
        autograded = passes.over(done.notebook.decode(), passes.autograde)
    return msgspec.structs.replace(done, notebook=autograded.encode(), accepted=accepted.encode(), marks=blank.marks)


class _Nowhere:
    def commit(self) -> None:
        """Nothing."""


class Blank(Outlined):
    """In the place of a gradebook: keeps what nbgrader's steps write about one submission."""

    db = _Nowhere()

    def __init__(self, outline: Outline) -> None:
        super().__init__(outline)
        self._grades: dict[str, Grade] = {}
        self._comments: dict[str, Comment] = {}

    def __enter__(self) -> Blank:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def find_grade(self, name: str, notebook: str, assignment: str, student: str) -> Grade:
        one(self._graded, name)
        return self._grades.setdefault(name, Grade())

    def find_comment(self, name: str, notebook: str, assignment: str, student: str) -> Comment:
        one(self._commented, name)
        return self._comments.setdefault(name, Comment())

    @property
    def marks(self) -> Marks:
        """What has been written."""
        return Marks(
            {name: grade.auto_score for name, grade in self._grades.items()},
            {name: comment.auto_comment for name, comment in self._comments.items()},
        )


class _Passes:
    """A plan, unpacked and made ready."""

    def __init__(self, plan: Plan) -> None:
        self._frame = nbformat.reads(plan.frame, as_version=4)
        self._assignment = as_assignment(plan.outline.name, self._frame)
        self.outline = plan.outline
        self.sanitize, self.autograde = ([step.made() for step in steps] for steps in (plan.sanitize, plan.autograde))

    def accepted(self, handed: Handed) -> str:
        assembled = assemble(handed.cells, self._assignment.parts, self._assignment.cells)
        return as_text(as_notebook(assembled, self._frame, (*handed.notes, *assembled.notes)))

    def over(self, notebook: str, steps: Sequence[Any]) -> str:
        """One pass over a notebook."""
        exporter = NotebookExporter(default_preprocessors=[], optimistic_validation=True)
        for step in steps:
            exporter.register_preprocessor(step)
        name = self._assignment.name
        about = {"student": "", "assignment": name, "notebook": name, "db_url": ""}
        text, _ = exporter.from_file(io.StringIO(notebook), resources={"unique_key": name, "nbgrader": about})
        return str(text)


@lru_cache(maxsize=1)
def _passes(plan: bytes) -> _Passes:
    return _Passes(Plan.unpacked(plan))
