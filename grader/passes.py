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

from grader.execution import Executed, execute
from grader.frame import as_assignment, as_notebook, as_text
from grader.notebook import Cell, assemble
from grader.outline import Blank
from grader.sandbox.client import Forkserver
from grader.steps import Plan, given_to_steps


class Handed(msgspec.Struct, frozen=True, tag=True):
    """A submission to be graded whole, which `grade` does.

    plan: a packed `Plan`. cells: what was handed in. notes: what the student is to be told about that.
    """

    plan: bytes
    cells: tuple[Cell, ...]
    notes: tuple[str, ...]
    seed: int


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
