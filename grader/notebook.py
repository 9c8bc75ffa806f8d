"""A submission as cells: read strictly, then put together with what the grader itself provides.

Of a student's notebook only the cells' types, sources and grade ids count. Outputs, tags, points, attachments and
every other piece of metadata are left behind. Grade cells and locked cells come from the assignment.

Exceptions: `Unreadable`, for bytes that are no notebook, with the reason in a sentence.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from grader.claims import PartSpec

MAX_BYTES = 10 * 2**20
"""The largest notebook that is read; a solved one with its pictures has a tenth of that."""

CellType = Literal["code", "markdown", "raw"]
CHECK_PREFIX = "check_"


class Unreadable(Exception):
    """These bytes are not a notebook; the message says why, to the student."""


@dataclass(frozen=True)
class Cell:
    """One cell: what it is, what stands in it, which cell of the assignment it claims to be, and who may change it.

    `locked` is to be believed of the instructor's cells only.
    """

    type: CellType
    source: str
    grade_id: str | None = None
    locked: bool = False


def read(data: bytes) -> list[Cell]:
    """The cells of a notebook file.

    Raises: Unreadable.
    """
    if len(data) > MAX_BYTES:
        size = len(data) / 2**20
        raise Unreadable(f"The file has {size:.0f} MiB; at most {MAX_BYTES // 2**20} are read. Clear its outputs.")
    if not data.strip():
        raise Unreadable("The file is empty.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("The file is not UTF-8 text. Save the notebook again with Jupyter.") from None
    try:
        document = json.loads(text)
    except RecursionError:
        raise Unreadable("The file is nested too deeply to be a notebook.") from None
    except ValueError as error:
        raise Unreadable(f"The file is not JSON, so it is not a notebook ({_where(error)}).") from None
    if not isinstance(document, dict) or not isinstance(document.get("cells"), list):
        raise Unreadable("The file is JSON, but it has no cells: it is not a notebook of format 4.")
    if document.get("nbformat") != 4:
        raise Unreadable(f"The notebook has format {str(document.get('nbformat'))[:20]}; format 4 is needed.")
    return [_cell(raw, number) for number, raw in enumerate(document["cells"], start=1)]


def _where(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}, column {error.colno}: {error.msg}"
    return str(error)[:200]


def _cell(raw: Any, number: int) -> Cell:
    if not isinstance(raw, dict):
        raise Unreadable(f"Cell {number} is not an object.")
    kind, source = raw.get("cell_type"), raw.get("source", "")
    if kind not in ("code", "markdown", "raw"):
        raise Unreadable(f"Cell {number} has no known type.")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise Unreadable(f"The source of cell {number} is not text.")
    metadata = raw.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    marks = marks if isinstance(marks, dict) else {}
    grade_id = marks.get("grade_id")
    # Lone surrogates are legal in JSON and poison in every file written later.
    source = source.encode("utf-8", "replace").decode("utf-8")
    return Cell(kind, source, grade_id if isinstance(grade_id, str) and grade_id else None, marks.get("locked") is True)


def belongs_to(cells: Sequence[Cell], parts: Sequence[PartSpec]) -> int:
    """How many of an assignment's functions and checks the notebook has a cell for."""
    own = {cell.grade_id for cell in cells}
    return len(own & ({name for part in parts for name in part.functions} | {CHECK_PREFIX + part.id for part in parts}))


def assemble(cells: Sequence[Cell], parts: Sequence[PartSpec], assignment: Sequence[Cell] = ()) -> list[Cell]:
    """The code cells to run, in order: the student's own, and our checks in place of theirs.

    assignment: the cells of the instructor's notebook, for those that are not the student's to change; without them
    the student's copies are taken as they are. A grade id counts where it occurs last, so that a check sees the final
    version of a function; a missing check comes at the end, a missing locked cell where the assignment has it.
    """
    checks = {CHECK_PREFIX + part.id: Cell("code", check_call(part), CHECK_PREFIX + part.id) for part in parts}
    functions = {name for part in parts for name in part.functions}
    locked = {
        cell.grade_id: cell
        for cell in assignment
        if cell.grade_id and cell.locked and cell.type == "code" and cell.grade_id not in functions | checks.keys()
    }
    fixed = {**locked, **checks}
    last = {cell.grade_id: i for i, cell in enumerate(cells) if cell.grade_id}
    placed: list[Cell] = []
    for i, cell in enumerate(cells):
        if cell.grade_id in fixed:
            if last[cell.grade_id] == i:
                placed.append(fixed[cell.grade_id])
        elif cell.type == "code":
            placed.append(cell)
    present = {cell.grade_id for cell in placed}
    _insert_missing(placed, [cell for cell in locked.values() if cell.grade_id not in present], assignment)
    return placed + [cell for grade_id, cell in checks.items() if grade_id not in present]


def check_call(part: PartSpec) -> str:
    """What a grade cell of the kit says."""
    return f"check({', '.join([repr(part.id), *part.functions])})".replace("'", '"')


def _insert_missing(placed: list[Cell], missing: Sequence[Cell], assignment: Sequence[Cell]) -> None:
    """Put each missing cell after the nearest cell that precedes it in the assignment, or first of all."""
    order = [cell.grade_id for cell in assignment if cell.grade_id]
    for cell in missing:
        before = set(itertools.takewhile(cell.grade_id.__ne__, order))
        at = max((i + 1 for i, other in enumerate(placed) if other.grade_id in before), default=0)
        placed.insert(at, cell)
