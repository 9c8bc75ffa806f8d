"""A submission run cell by cell in the sandbox, with our checks where its grade cells stand.

This is where the two sides meet: cells and functions run over there, checks and points stay here.
"""

from __future__ import annotations

import msgspec

from grader.claims import PartSpec
from grader.notebook import CHECK_PREFIX, Cell
from grader.part_runner import PartRunner
from grader.results import Part
from grader.sandbox.client import Forkserver
from grader.sandbox.levels import renew
from grader.sandbox.problems import SandboxProblem, WorkerEnded
from grader.sandbox.remote import RemoteSubject
from grader.sandbox.session import Session
from grader.seeds import derived_seed


class CellRun(msgspec.Struct, frozen=True):
    """What became of one cell.

    outputs: the student's, as untrusted JSON; empty for a check. problem: how the process ended there, if it did.
    part: the report, for a check.
    """

    outputs: str = "[]"
    omitted: int = 0
    problem: str = ""
    part: Part | None = None


def run_notebook(cells: list[Cell], parts: tuple[PartSpec, ...], forkserver: Forkserver, *, seed: int) -> list[CellRun]:
    """Run the cells in order; one record for each.

    A cell that marks a part (its grade id is `check_<part>`) is not run over there: the part's checks are, from here,
    against the functions as they are at that moment.

    A forkserver that has ended, for whatever reason, is started again and the notebook run once more: neither this
    submission nor those after it must pay for it.

    Raises: SandboxProblem.
    """
    try:
        return _run(cells, parts, forkserver, seed)
    except SandboxProblem:
        if forkserver.alive:
            raise
    renew(forkserver)
    return _run(cells, parts, forkserver, seed)


def _run(cells: list[Cell], parts: tuple[PartSpec, ...], forkserver: Forkserver, seed: int) -> list[CellRun]:
    checks = {CHECK_PREFIX + part.id: part for part in parts}
    with Session(forkserver, seed=derived_seed(seed, "notebook")) as session:
        runner = PartRunner(parts, RemoteSubject(session), seed)
        return [
            CellRun(part=runner.run(checks[cell.grade_id])) if cell.grade_id in checks else _run_cell(session, cell)
            for cell in cells
        ]


def _run_cell(session: Session, cell: Cell) -> CellRun:
    try:
        done = session.run_cell(cell.source)
    except WorkerEnded as end:
        return CellRun(problem=f"This cell {end.how}, so the notebook went on without it.")
    return CellRun(done.outputs, done.omitted)
