"""A notebook with the right name that has nothing to do with the assignment."""

from pathlib import Path
from typing import Any

REFUSED = "None of its cells belongs to an assignment"


def build(place: Path, book: Any) -> None:
    for cell in book.cells:
        cell["metadata"] = {}
    book.save(place)
