"""An assignment as the gradebook knows it, apart from any database.

Most of what nbgrader's steps ask a gradebook is the same for every submission. It is read once, as an `Outline`, and
travels to the processes that grade.
"""

from __future__ import annotations

from typing import Any

import msgspec
from nbgrader.api import (
    Assignment,
    GradeCell,
    MissingEntry,
    Notebook,
    SolutionCell,
    SourceCell,
    TaskCell,
)

KINDS = {kind.__name__: kind for kind in (GradeCell, SolutionCell, TaskCell)}


class SourceOutline(msgspec.Struct, frozen=True, array_like=True):
    name: str
    cell_type: str
    locked: bool
    source: str | None
    checksum: str | None


class MarkedOutline(msgspec.Struct, frozen=True, array_like=True):
    """kind: one of `KINDS`. cell_type, max_score: of what is worth points."""

    kind: str
    name: str
    cell_type: str | None = None
    max_score: float | None = None


class Outline(msgspec.Struct, frozen=True):
    """What the gradebook knows of an assignment of one notebook: its cells and their points."""

    name: str
    kernelspec: str | None
    source: tuple[SourceOutline, ...]
    marked: tuple[MarkedOutline, ...]

    @classmethod
    def of(cls, notebook: Notebook) -> Outline:
        """Of a notebook that has its assignment's name."""
        graded = (*notebook.grade_cells, *notebook.task_cells)
        return cls(
            name=notebook.name,
            kernelspec=notebook.kernelspec,
            source=tuple(
                SourceOutline(cell.name, cell.cell_type, cell.locked, cell.source, cell.checksum)
                for cell in notebook.source_cells
            ),
            marked=(
                *(MarkedOutline(type(cell).__name__, cell.name, cell.cell_type, cell.max_score) for cell in graded),
                *(MarkedOutline(SolutionCell.__name__, cell.name) for cell in notebook.solution_cells),
            ),
        )

    def listed(self) -> list[Any]:
        """It all, in an order that is not the database's."""
        cells = map(msgspec.to_builtins, (*self.source, *self.marked))
        return [self.name, self.kernelspec, sorted(cells, key=str)]

    def notebook(self) -> Notebook:
        """It all as nbgrader's objects."""
        made = Notebook(name=self.name, kernelspec=self.kernelspec, assignment=Assignment(name=self.name))
        for cell in self.source:
            SourceCell(notebook=made, **msgspec.structs.asdict(cell))
        for marked in self.marked:
            worth = {} if marked.max_score is None else {"cell_type": marked.cell_type, "max_score": marked.max_score}
            KINDS[marked.kind](notebook=made, name=marked.name, **worth)
        return made


class Outlined:
    """The questions of nbgrader's steps about an assignment, answered from an outline. Raise: MissingEntry."""

    def __init__(self, outline: Outline) -> None:
        self._notebook = made = outline.notebook()
        self._source = {cell.name: cell for cell in made.source_cells}
        self._graded = {cell.name: cell for cell in (*made.task_cells, *made.grade_cells)}
        self._commented = {cell.name: cell for cell in (*made.task_cells, *made.solution_cells)}

    def find_assignment(self, name: str) -> Assignment:
        return one({self._notebook.name: self._notebook.assignment}, name)

    def find_notebook(self, name: str, assignment: str) -> Notebook:
        return one({self._notebook.name: self._notebook}, name)

    def find_source_cell(self, name: str, notebook: str, assignment: str) -> SourceCell:
        return one(self._source, name)

    def find_graded_cell(self, name: str, notebook: str, assignment: str) -> GradeCell | TaskCell:
        return one(self._graded, name)


def one(known: dict[str, Any], name: str) -> Any:
    try:
        return known[name]
    except KeyError:
        raise MissingEntry(f"The gradebook does not know {name}.") from None
