"""Notebook bytes in, `Result` out: the unit of work, a function of its arguments alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from grader import checks
from grader.claims import Check, PartSpec
from grader.kernel import ISOLATION, KernelProblem, NotebookRun, run
from grader.notebook import CHECK_PREFIX, Cell, Unreadable, assemble, belongs_to, read
from grader.results import Outcome, Part, Result, Status, part_from_json


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


def grade_notebook(data: bytes, assignments: Sequence[Assignment], *, name: str, seed: int) -> Result:
    """Grade one notebook against whichever of `assignments` it belongs to.

    name: what the result calls the notebook. Never raises for anything in `data`: what cannot be graded is a Result
    with the reason, and without a score.
    """
    try:
        cells = read(data)
    except Unreadable as problem:
        return ungradable(assignments[0], name, seed, str(problem))
    assignment = max(assignments, key=lambda candidate: belongs_to(cells, candidate.parts))
    if not belongs_to(cells, assignment.parts):
        known = ", ".join(candidate.name for candidate in assignments)
        return ungradable(assignment, name, seed, f"None of its cells belongs to an assignment ({known}).")
    try:
        done = run(assemble(cells, assignment.parts, assignment.cells), seed=seed)
    except KernelProblem as problem:
        return ungradable(assignment, name, seed, str(problem))
    except Exception as error:  # a fault of ours, whatever it is, costs the student nothing and the batch nothing
        return ungradable(assignment, name, seed, f"The grader failed with {type(error).__name__}: {error}")
    parts = tuple(_part(part, done) for part in assignment.parts)
    return Result(
        assignment=assignment.name,
        notebook=name,
        status="graded",
        score=sum(part.score for part in parts),
        max_score=assignment.max_score,
        seed=seed,
        isolation=ISOLATION,
        parts=parts,
    )


def ungradable(assignment: Assignment, name: str, seed: int, reason: str) -> Result:
    """A result without a score, and why."""
    return Result(
        assignment=assignment.name,
        notebook=name,
        status="ungradable",
        reason=reason,
        score=None,
        max_score=assignment.max_score,
        seed=seed,
        isolation=ISOLATION,
    )


def _part(spec: PartSpec, done: NotebookRun) -> Part:
    """The report of a part's grade cell, or a report of why there is none."""
    grade_id = CHECK_PREFIX + spec.id
    if grade_id in done.reports:
        try:
            part = part_from_json(done.reports[grade_id])
        except msgspec.DecodeError:
            return _unreported(spec, "errored", "The report of this part could not be read.")
        expected = [(check.id, check.points) for check in spec.checks]
        if part.id == spec.id and [(outcome.id, outcome.max_points) for outcome in part.checks] == expected:
            return part
        return _unreported(spec, "errored", "The report of this part is not that of its checks.")
    if done.died:
        return _unreported(spec, "errored", "The notebook's process ended before this part was checked.")
    message = done.errors.get(grade_id, "It took too long.")
    return _unreported(spec, "errored", f"The check itself was stopped. {message}")


def _unreported(spec: PartSpec, status: Status, message: str) -> Part:
    outcomes = tuple(_nothing_earned(check, status, message) for check in spec.checks)
    return Part(id=spec.id, score=0, max_score=spec.max_score, checks=outcomes, message=message)


def _nothing_earned(check: Check, status: Status, message: str) -> Outcome:
    return Outcome(
        id=check.id, status=status, points=0, max_points=check.points, claim=check.claim, message=message, hint=""
    )
