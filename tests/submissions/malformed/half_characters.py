"""A source with half of a surrogate pair, a NUL and an escape sequence."""

from pathlib import Path
from typing import Any


def build(place: Path, book: Any) -> None:
    book.cells.insert(0, {"cell_type": "markdown", "source": "\ud83d \x00 \x1b[2J", "metadata": {}})
    book.save(place)
