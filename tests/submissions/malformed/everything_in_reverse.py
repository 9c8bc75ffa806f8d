"""All cells in reverse order."""

from pathlib import Path
from typing import Any


def build(place: Path, book: Any) -> None:
    book.cells.reverse()
    book.save(place)
