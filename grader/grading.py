"""Notebook bytes in, `Result` out: the unit of work, a function of its arguments alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader import checks
from grader.claims import PartSpec
from grader.notebook import Cell, Unreadable, assemble, belongs_to, read
from grader.notebook_run import run_notebook
from grader.results import Result
from grader.running import draw_cases
from grader.sandbox.client import Forkserver
from grader.sandbox.problems import SandboxProblem
from grader.seeds import derived_seed


@dataclass(frozen=True)
class Assignment:
    """What a notebook is graded against: an assignment's name, its parts, and its notebook where we have it."""

    name: str
    parts: tuple[PartSpec, ...]
    cells: tuple[Cell, ...] = ()

    @property
    def max_score(self) -> int:
        return sum(part.max_score for part in self.parts)

    @classmethod
    def load(cls, name: str, notebook: bytes | None = None) -> Assignment:
        """Raises: LookupError for an unknown name, Unreadable for an instructor's notebook that is none."""
        return cls(name, checks.parts(name), tuple(read(notebook)) if notebook is not None else ())


def recognise(data: bytes, assignments: Sequence[Assignment]) -> tuple[Assignment, list[Cell]]:
    """Which of `assignments` a notebook belongs to, and its cells. Raises: Unreadable."""
    cells = read(data)
    assignment = max(assignments, key=lambda candidate: belongs_to(cells, candidate.parts, candidate.cells))
    if not belongs_to(cells, assignment.parts, assignment.cells):
        known = ", ".join(candidate.name for candidate in assignments)
        raise Unreadable(f"None of its cells belongs to an assignment ({known}).")
    return assignment, cells


def draw_ahead(assignment: Assignment, seed: int) -> None:
    """Draw the cases that grading a notebook will need, while something else has to be waited for."""
    for part in assignment.parts:
        for check in part.checks:
            draw_cases(check, derived_seed(seed, check.id))


def grade_notebook(
    data: bytes,
    assignments: Sequence[Assignment],
    forkserver: Forkserver,
    *,
    name: str,
    seed: int,
    notes: Sequence[str] = (),
) -> Result:
    """Grade one notebook against whichever of `assignments` it belongs to.

    name: what the result calls the notebook. notes: what is to be said about how it came to us; with what is out of
    the ordinary about its cells it becomes the `reason` of a graded result, one sentence a line. Never raises for
    anything in `data`: what cannot be graded is a Result with the reason, and without a score.
    """
    try:
        assignment, cells = recognise(data, assignments)
    except Unreadable as problem:
        return ungradable(assignments[0], name, seed, str(problem), forkserver.level)
    try:
        assembled = assemble(cells, assignment.parts, assignment.cells)
        done = run_notebook(assembled.code, assignment.parts, forkserver, seed=seed)
    except SandboxProblem as problem:
        return ungradable(assignment, name, seed, str(problem), forkserver.level)
    except Exception as error:  # a fault of ours, whatever it is, costs the student nothing and the batch nothing
        return ungradable(
            assignment, name, seed, f"The grader failed with {type(error).__name__}: {error}", forkserver.level
        )
    reported = {run.part.id: run.part for run in done if run.part is not None}
    parts = tuple(reported[part.id] for part in assignment.parts)
    return Result(
        assignment=assignment.name,
        notebook=name,
        status="graded",
        reason="\n".join([*notes, *assembled.notes]),
        score=sum(part.score for part in parts),
        max_score=assignment.max_score,
        seed=seed,
        isolation=forkserver.level,
        parts=parts,
    )


def ungradable(assignment: Assignment, name: str, seed: int, reason: str, isolation: str) -> Result:
    """A result without a score, and why."""
    return Result(
        assignment=assignment.name,
        notebook=name,
        status="ungradable",
        reason=reason,
        score=None,
        max_score=assignment.max_score,
        seed=seed,
        isolation=isolation,
    )
