"""The cell of one function deleted."""

from pathlib import Path
from typing import Any

LOSES = ("sgd",)


def build(place: Path, book: Any) -> None:
    del book.cells[book.place("sgd")]
    book.save(place)
