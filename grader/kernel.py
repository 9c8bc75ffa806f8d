"""Run a notebook's code in a Jupyter kernel of its own and collect what its grade cells reported.

The kernel is the student's: what runs in it could forge what it reports. `ISOLATION` says so in every result.
"""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Sequence

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError

from grader.classroom_names import PART_MIME, SEED_VARIABLE
from grader.notebook import Cell

ISOLATION = "none"
CELL_SECONDS = 120
"""How long a cell may run: a grade cell whose every check runs into the door's own limit still fits."""
STARTUP_SECONDS = 120
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""On arrays of this size more threads only wait for each other: several times slower on a busy machine."""


class KernelProblem(Exception):
    """No kernel could be started, or it cannot import the grader: our trouble, not the student's."""


class NotebookRun:
    """What came of a run: the JSON that each grade cell reported, by grade id, and how the run ended."""

    def __init__(self, reports: dict[str, str], errors: dict[str, str], died: bool) -> None:
        self.reports, self.errors, self.died = reports, errors, died


def run(cells: Sequence[Cell], *, seed: int) -> NotebookRun:
    """Run code cells in order, in an empty folder, going on after errors.

    A cell that overruns is interrupted and the next one runs. When the kernel dies, the run ends there.

    Raises: KernelProblem.
    """
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell("import grader.classroom"),
            *(nbformat.v4.new_code_cell(cell.source) for cell in cells),
        ]
    )
    quiet = logging.getLogger("grader.kernel")
    quiet.setLevel(logging.CRITICAL)
    died = False
    with tempfile.TemporaryDirectory(prefix="grader-") as folder:
        client = NotebookClient(
            notebook,
            timeout=CELL_SECONDS,
            startup_timeout=STARTUP_SECONDS,
            interrupt_on_timeout=True,
            allow_errors=True,
            kernel_name="python3",
            extra_arguments=["--log-level=40"],  # errors only: a kernel on this machine need not warn about its sockets
            resources={"metadata": {"path": folder}},
            log=quiet,
        )
        try:
            client.execute(env={**ONE_THREAD, **os.environ, SEED_VARIABLE: str(seed)})
        except DeadKernelError:
            died = True
        except (RuntimeError, OSError) as error:
            raise KernelProblem(f"The notebook's kernel could not be started: {error}") from None
    preamble, *ran = notebook.cells
    problem = _error(preamble)
    if problem or (died and not preamble.get("execution_count")):
        raise KernelProblem(f"The notebook's kernel cannot import the grader: {problem or 'it ended at once'}.")
    reports, errors = {}, {}
    for cell, done in zip(cells, ran, strict=True):
        if cell.grade_id is None:
            continue
        report = next((output.data[PART_MIME] for output in done.outputs if _is_report(output)), None)
        if isinstance(report, str):
            reports[cell.grade_id] = report
        said = _error(done)
        if said:
            errors[cell.grade_id] = said
    return NotebookRun(reports, errors, died)


def _is_report(output: nbformat.NotebookNode) -> bool:
    return output.output_type == "display_data" and PART_MIME in output.data


def _error(cell: nbformat.NotebookNode) -> str:
    return next((f"{output.ename}: {output.evalue}" for output in cell.outputs if output.output_type == "error"), "")
