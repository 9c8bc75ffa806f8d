"""Broken submissions: how the files in tests/submissions/malformed are used.

Each file there is one case: its docstring says what was handed in, and `build(place, book)` makes it. `place` is the
submission's folder, submitted/STUDENT/linreg_scratch, of which only `submitted` is there yet; `book` is a notebook in
which `linreg` and `sgd` are solved and a question is answered. What has to come of it:

    REFUSED = "words"      it cannot be graded, for a reason with these words
    LOSES = ("sgd",)       otherwise it is graded; the parts that lose their points, none if this is missing
    NOTE = "words"         what the student is told beside the marks
    STUDENT = "name"       the student's folder, where it matters (text or bytes); else the file's name
"""

from __future__ import annotations

import copy
import json
import os
import runpy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.build import BEGIN_SOLUTION, END_SOLUTION

NAME = "linreg_scratch"
NOTEBOOK = f"{NAME}.ipynb"
FOLDER = Path(__file__).parent / "submissions" / "malformed"
SOLVED = {"linreg": 7, "sgd": 7}
"""What the book of every case earns where nothing is broken; the other parts are stubs, which makes grading quick."""


@dataclass
class Book:
    """A notebook to break, as the JSON it is."""

    document: dict[str, Any]

    @property
    def cells(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.document["cells"]
        return found

    def __getitem__(self, grade_id: str) -> dict[str, Any]:
        """The cell of this grade id."""
        [found] = [cell for cell in self.cells if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id]
        return found

    def place(self, grade_id: str) -> int:
        return self.cells.index(self[grade_id])

    def marks(self, grade_id: str) -> dict[str, Any]:
        """nbgrader's metadata of this cell."""
        found: dict[str, Any] = self[grade_id]["metadata"]["nbgrader"]
        return found

    def copy(self) -> Book:
        return Book(copy.deepcopy(self.document))

    @property
    def data(self) -> bytes:
        return json.dumps(self.document).encode()

    def save(self, folder: Path, name: str = NOTEBOOK) -> Path:
        """Write it into a folder, which is made if it is missing."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(self.data)
        return folder / name


@dataclass(frozen=True)
class Case:
    name: str
    build: Callable[[Path, Book], None]
    student: str
    refused: str = ""
    loses: tuple[str, ...] = ()
    note: str = ""
    points: Mapping[str, int] = field(default_factory=dict)

    def hand_in(self, submitted: Path, book: Book) -> None:
        self.build(submitted / self.student / NAME, book.copy())


def cases() -> list[Case]:
    return [_case(path) for path in sorted(FOLDER.glob("*.py"))]


def _case(path: Path) -> Case:
    told = runpy.run_path(str(path))
    loses = told.get("LOSES", ())
    return Case(
        path.stem,
        told["build"],
        os.fsdecode(told.get("STUDENT", path.stem)),
        told.get("REFUSED", ""),
        loses,
        told.get("NOTE", ""),
        {part: 0 if part in loses else points for part, points in SOLVED.items()},
    )


def half_solved(notebook: Path) -> Book:
    """The instructor's notebook as a student has left it who wrote `linreg`, `sgd` and one answer."""
    book = Book(json.loads(notebook.read_text(encoding="utf-8")))
    for grade_id in ("data_iter", "squared_loss"):
        lines = "".join(book[grade_id]["source"]).split(BEGIN_SOLUTION)[0]
        book[grade_id]["source"] = lines + "raise NotImplementedError()"
    book["why_reshape"]["source"] = "Broadcasting, in my own words."
    book["last_batch"]["source"] = "YOUR ANSWER HERE"
    assert END_SOLUTION not in book["data_iter"]["source"]
    return book
