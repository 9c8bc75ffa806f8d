"""Sealed grading inside `nbgrader autograde`: a preprocessor that takes the place of nbgrader's `Execute`.

The notebook's cells run in the sandbox; a grade cell of the kit is answered from here, with a report and one number.
An instructor's own grade cells (asserts) run among the student's cells and are scored by nbgrader's rules: they are
not sealed.
"""

from __future__ import annotations

import atexit
from functools import cache
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Integer

from grader import checks
from grader.notebook import Cell
from grader.notebook_run import CellRun, run_notebook
from grader.outputs import clean_outputs
from grader.report.html import part_page
from grader.report.text import part_text
from grader.results import Part
from grader.sandbox.client import Forkserver
from grader.sandbox.levels import open_forkserver
from grader.seeds import PUBLIC_SEED


class SealedExecute(NbGraderPreprocessor):  # type: ignore[misc]
    """Fill in the outputs of a submission's code cells without running any of it in a process that keeps a score.

    Raises SandboxProblem where student code cannot be shut in: nbgrader then records no score at all.
    """

    seed = Integer(PUBLIC_SEED, help="The seed of the checks; the same for the whole course.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        parts = tuple(part for name in checks.assignments() for part in checks.parts(name))
        code = [cell for cell in nb.cells if cell.cell_type == "code"]
        cells = [Cell("code", cell.source, cell.metadata.get("nbgrader", {}).get("grade_id")) for cell in code]
        ran = run_notebook(cells, parts, shared_forkserver(), seed=self.seed)
        for number, (cell, done) in enumerate(zip(code, ran, strict=True), start=1):
            cell.execution_count = number
            cell.outputs = _report(done.part, number) if done.part is not None else _student_outputs(done)
        for cell in nb.cells:
            # Tags, attachments and other metadata can change how a page is made; only nbgrader's own has a say.
            cell.metadata = NotebookNode({key: value for key, value in cell.metadata.items() if key == "nbgrader"})
            cell.pop("attachments", None)
        return nb, resources


@cache
def shared_forkserver() -> Forkserver:
    """One forkserver for the whole nbgrader command."""
    forkserver = open_forkserver()
    atexit.register(forkserver.close)
    return forkserver


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
