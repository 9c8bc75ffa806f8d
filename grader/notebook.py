"""A submission as cells: read strictly, then put together with what the grader itself provides.

Of a student's notebook only the cells' types, sources and grade ids count. Outputs, tags, points, attachments and
every other piece of metadata are left behind. Grade cells and locked cells come from the assignment. `assemble` is the
one place that decides what becomes of a student's cells, for `grader check` and for nbgrader alike.

Exceptions: `Unreadable`, for bytes that are no notebook, with the reason in a sentence.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from grader.claims import PartSpec

MAX_BYTES = 10 * 2**20
"""The largest notebook that is read; a solved one with its pictures has a tenth of that."""

MAX_CELLS = 2000
"""A solved notebook has a fiftieth of that; a file of the largest size could hold half a million."""

CellType = Literal["code", "markdown", "raw"]
CHECK_PREFIX = "check_"


class Unreadable(Exception):
    """These bytes are not a notebook; the message says why, to the student."""


@dataclass(frozen=True)
class Cell:
    """One cell: what it is, what stands in it, which cell of the assignment it claims to be, who may change it, and
    whether it is worth points.

    `locked` and `graded` are to be believed of the instructor's cells only.
    """

    type: CellType
    source: str
    grade_id: str | None = None
    locked: bool = False
    graded: bool = False


@dataclass(frozen=True)
class Assembled:
    """A submission as it is graded: every cell in order, and what a reader should know about how it came to be.

    Where the assignment's own notebook was given, a grade id is one of its own and occurs once; all of its checks,
    locked cells and answers worth points are there.
    """

    cells: tuple[Cell, ...]
    notes: tuple[str, ...] = ()

    @property
    def code(self) -> list[Cell]:
        """The cells to run, and the checks among them."""
        return [cell for cell in self.cells if cell.type == "code"]


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
    if len(document["cells"]) > MAX_CELLS:
        raise Unreadable(f"The notebook has {len(document['cells'])} cells; at most {MAX_CELLS} are read.")
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
    return Cell(
        kind,
        _whole_characters(source),
        _whole_characters(grade_id) if isinstance(grade_id, str) and grade_id else None,
        locked=marks.get("locked") is True or marks.get("task") is True,
        graded=marks.get("grade") is True or marks.get("task") is True,
    )


def _whole_characters(text: str) -> str:
    """Lone surrogates are legal in JSON and poison in every file and message written later."""
    return text.encode("utf-8", "replace").decode("utf-8")


def belongs_to(cells: Sequence[Cell], parts: Sequence[PartSpec], assignment: Sequence[Cell] = ()) -> int:
    """How many of an assignment's functions, checks and answers the notebook has a cell for.

    assignment: the cells of the instructor's notebook, for answers and grade cells that are no part of the kit's.
    """
    own = {cell.grade_id for cell in cells if cell.grade_id}
    wanted = {name for part in parts for name in part.functions} | {CHECK_PREFIX + part.id for part in parts}
    return len(own & (wanted | {cell.grade_id for cell in assignment if cell.graded or not cell.locked}))


def assemble(cells: Sequence[Cell], parts: Sequence[PartSpec], assignment: Sequence[Cell] = ()) -> Assembled:
    """The cells of a submission as they are graded: the student's own, and ours in place of their copies of ours.

    assignment: the cells of the instructor's notebook, for those that are not the student's to change; without them
    the student's copies are taken as they are.

    Cells run in the student's order. A check sees the final version of its functions: it stands where the student has
    it last, or right after the last cell of its functions if one of those comes later, or at the end if it is missing.
    The same holds for an instructor's own grade cell and the answers it follows in the assignment. A locked cell that
    is missing, or comes after answers that it should precede, stands where the assignment has it. An answer in code
    runs in as many pieces as it has; one in words is put together from its pieces; a missing one that is worth points
    gets an empty cell.
    """
    frame = _Frame(cells, parts, assignment)
    placed = [cell for i, cell in enumerate(cells) for cell in frame.kept(i, cell)]
    for grade_id, answers in reversed(list(frame.follows.items())):
        _move_behind(placed, grade_id, answers)
    for grade_id, answers in frame.precedes.items():
        _drop_if_behind(placed, grade_id, answers)
    missing = [cell for cell in frame.needed if cell.grade_id not in {cell.grade_id for cell in placed}]
    _insert_missing(placed, missing, assignment)
    present = {cell.grade_id for cell in placed}
    placed += [cell for grade_id, cell in frame.checks.items() if grade_id not in present]
    if not assignment:
        return Assembled(tuple(placed))
    last = {cell.grade_id: i for i, cell in enumerate(placed)}
    once = [cell if last[cell.grade_id] == i else replace(cell, grade_id=None) for i, cell in enumerate(placed)]
    return Assembled(tuple(once), tuple(frame.notes()))


def check_call(part: PartSpec) -> str:
    """What a grade cell of the kit says."""
    return f"check({', '.join([repr(part.id), *part.functions])})".replace("'", '"')


class _Frame:
    """What an assignment makes of one student's cells.

    checks: the kit's grade cells. follows: for each of these and each grade cell of the instructor's own, the answers
    that it has to come after. precedes: for each other locked cell, the answers it has to come before. needed: what
    must be there besides the checks, in the assignment's order.
    """

    def __init__(self, cells: Sequence[Cell], parts: Sequence[PartSpec], assignment: Sequence[Cell]) -> None:
        self._cells = cells
        self.checks = {CHECK_PREFIX + part.id: Cell("code", check_call(part), CHECK_PREFIX + part.id) for part in parts}
        functions = {name for part in parts for name in part.functions}
        own = {cell.grade_id: cell for cell in assignment if cell.grade_id and cell.grade_id not in self.checks}
        self._known = bool(assignment)
        self._answers: dict[str, Cell | None] = dict.fromkeys(functions)
        self._answers |= {id: cell for id, cell in own.items() if not cell.locked or id in functions}
        self._locked = {id: cell for id, cell in own.items() if id not in self._answers}
        self.needed = [
            cell if id in self._locked else replace(cell, source=_missing_answer(cell))
            for id, cell in own.items()
            if id in self._locked or cell.graded
        ]
        self.follows: dict[str, set[str]] = {}
        self.precedes: dict[str, set[str]] = {}
        self._order(own)
        self.follows |= {CHECK_PREFIX + part.id: set(part.functions) for part in parts}
        self._first: dict[str, int] = {}
        self._last: dict[str, int] = {}
        for i, cell in enumerate(cells):
            if cell.grade_id and not (self._is_code_answer(cell.grade_id) and cell.type != "code"):
                self._first.setdefault(cell.grade_id, i)
                self._last[cell.grade_id] = i

    def _order(self, own: Mapping[str, Cell]) -> None:
        since: set[str] = set()
        for id, cell in own.items():
            if id not in self._locked:
                since.add(id)
                if cell.type == "code":
                    for answers in self.precedes.values():
                        answers.add(id)
            elif cell.graded:
                self.follows[id], since = since, set()
            else:
                self.precedes[id] = set()

    def _is_code_answer(self, id: str) -> bool:
        return id in self._answers and ((known := self._answers[id]) is None or known.type == "code")

    def kept(self, i: int, cell: Cell) -> list[Cell]:
        """What stands in the place of the student's i-th cell: itself, ours, or nothing."""
        id = cell.grade_id
        if id is None:
            return [cell]
        if id in self.checks:
            return [self.checks[id]] if self._last[id] == i else []
        if id in self._locked:
            # What prepares something does so before it is first needed; what examines something, after its last change.
            place = self._last if self._locked[id].graded else self._first
            return [self._locked[id]] if place[id] == i else []
        if self._is_code_answer(id):
            return [cell if cell.type == "code" else replace(cell, grade_id=None)]
        if id in self._answers:
            return [self._whole(id)] if self._first[id] == i else []
        return [replace(cell, grade_id=None) if self._known else cell]

    def _whole(self, id: str) -> Cell:
        """An answer in words, with all its pieces: whoever marks it should not have to look for them."""
        pieces = dict.fromkeys(cell.source for cell in self._cells if cell.grade_id == id)
        return Cell("markdown", "\n\n".join(pieces), id)

    def notes(self) -> list[str]:
        """What was out of the ordinary about the student's cells, in sentences that hold no word of theirs."""
        ids = Counter(cell.grade_id for cell in self._cells)
        code = Counter(cell.grade_id for cell in self._cells if cell.type == "code")
        found: list[str] = []
        for id in self._answers:
            runs = self._is_code_answer(id)
            if runs and code[id] < ids[id]:
                found.append(f"The cell {id} is not a code cell any more, so it was not run.")
            count = code[id] if runs else ids[id]
            if count > 1:
                found.append(f"There are {count} cells called {id}; all of them count, in their order.")
        missing = [id for id in [*(cell.grade_id for cell in self.needed), *self.checks] if not ids[id]]
        if missing:
            found.append(f"Cells were missing and have been put back: {', '.join(map(str, missing))}.")
        return found


def _missing_answer(cell: Cell) -> str:
    text = f"The cell of this answer ({cell.grade_id}) was missing from the submission; the grader put it back, empty."
    return f"# {text}" if cell.type == "code" else f"*{text}*"


def _place(placed: Sequence[Cell], grade_id: str) -> int | None:
    return next((i for i, cell in enumerate(placed) if cell.grade_id == grade_id), None)


def _move_behind(placed: list[Cell], grade_id: str, answers: set[str]) -> None:
    """Put a cell right after the last of some others if it comes before that."""
    at = _place(placed, grade_id)
    last = max((i for i, cell in enumerate(placed) if cell.grade_id in answers), default=-1)
    if at is not None and at < last:
        placed.insert(last + 1, placed[at])
        del placed[at]


def _drop_if_behind(placed: list[Cell], grade_id: str, answers: set[str]) -> None:
    """Take a cell out if it comes after the first of some others."""
    at = _place(placed, grade_id)
    first = min((i for i, cell in enumerate(placed) if cell.grade_id in answers), default=len(placed))
    if at is not None and at > first:
        del placed[at]


def _insert_missing(placed: list[Cell], missing: Sequence[Cell], assignment: Sequence[Cell]) -> None:
    """Put each missing cell after the nearest cell that precedes it in the assignment, or first of all."""
    order = [cell.grade_id for cell in assignment if cell.grade_id]
    for cell in missing:
        before = set(itertools.takewhile(cell.grade_id.__ne__, order))
        at = max((i + 1 for i, other in enumerate(placed) if other.grade_id in before), default=0)
        placed.insert(at, cell)
