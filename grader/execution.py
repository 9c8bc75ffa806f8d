"""The unit of work of grading a class: a notebook's bytes in, the same notebook with its outputs out.

It needs no course, no gradebook and no folder, only a forkserver, so that it can run in this process, in another one
or on another machine. What goes in has been taken in and put in the assignment's frame (`grader.nbgrader_autograde`);
what comes out holds a report and one number under each check, for nbgrader to record.
"""

from __future__ import annotations

import time

import msgspec
import nbformat
from nbformat import NotebookNode

from grader import checks
from grader.notebook import Cell
from grader.notebook_run import CellRun, run_notebook
from grader.outputs import clean_outputs
from grader.report.html import part_page
from grader.report.text import part_text
from grader.results import Part
from grader.sandbox.client import Forkserver


class Handed(msgspec.Struct, frozen=True, tag=True):
    """A submission to be graded whole, which `grader.passes` does.

    plan: a packed `grader.steps.Plan`. cells: what was handed in. notes: what the student is to be told about that.
    """

    plan: bytes
    cells: tuple[Cell, ...]
    notes: tuple[str, ...]
    seed: int


class Marks(msgspec.Struct, frozen=True):
    """What grading says about a submission's cells, by their names; about those that are not here it says nothing."""

    scores: dict[str, float | None]
    comments: dict[str, str | None]


class Executed(msgspec.Struct, frozen=True, kw_only=True):
    """A notebook that has been run.

    notebook: with its outputs. parts: the reports of its checks, in the notebook's order. stopped: how many of the
    student's cells were stopped or ended their process. isolation: the level at which it ran. seconds: how long it
    took, by the clock of whoever had it run. accepted, marks: where nbgrader's steps have been over it
    (`grader.passes`), the notebook before them and what they wrote.
    """

    notebook: bytes
    parts: tuple[Part, ...] = ()
    stopped: int = 0
    isolation: str = ""
    seconds: float = 0.0
    accepted: bytes = b""
    marks: Marks | None = None


def execute(notebook: bytes, forkserver: Forkserver, *, seed: int) -> Executed:
    """Run a notebook. Raises: SandboxProblem, and whatever is wrong with us or with the notebook."""
    node = nbformat.reads(notebook.decode(), as_version=4)
    began = time.monotonic()
    ran = fill_outputs(node, forkserver, seed=seed)
    seconds = time.monotonic() - began
    return Executed(
        notebook=(nbformat.writes(node) + "\n").encode(),
        parts=tuple(done.part for done in ran if done.part is not None),
        stopped=sum(bool(done.problem) for done in ran),
        isolation=forkserver.level,
        seconds=round(seconds, 3),
    )


def fill_outputs(notebook: NotebookNode, forkserver: Forkserver, *, seed: int) -> list[CellRun]:
    """Run a notebook's code cells and put their outputs into it; what became of each of them.

    Raises: SandboxProblem.
    """
    parts = tuple(part for name in checks.assignments() for part in checks.parts(name))
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    cells = [Cell("code", cell.source, cell.metadata.get("nbgrader", {}).get("grade_id")) for cell in code]
    ran = run_notebook(cells, parts, forkserver, seed=seed)
    for number, (cell, done) in enumerate(zip(code, ran, strict=True), start=1):
        cell.execution_count = number
        cell.outputs = _report(done.part, number) if done.part is not None else _student_outputs(done)
    for cell in notebook.cells:
        # Tags, attachments and other metadata can change how a page is made; only nbgrader's own has a say.
        cell.metadata = NotebookNode({key: value for key, value in cell.metadata.items() if key == "nbgrader"})
        cell.pop("attachments", None)
    return ran


def _student_outputs(done: CellRun) -> list[NotebookNode]:
    outputs = clean_outputs(done.outputs, done.omitted)
    if done.problem:
        # An error output: nbgrader gives such a grade cell of the instructor's own no points.
        outputs.append(nbformat.v4.new_output("error", ename="Stopped", evalue=done.problem, traceback=[done.problem]))
    return outputs


def _report(part: Part, number: int) -> list[NotebookNode]:
    """The report, and the points as the single value that nbgrader reads."""
    shown = nbformat.v4.new_output("display_data", {"text/plain": part_text(part), "text/html": part_page(part)})
    score = nbformat.v4.new_output("execute_result", {"text/plain": str(float(part.score))}, execution_count=number)
    return [shown, score]
