"""Points of every kind: thousands, negative, none, not a number, text."""

from pathlib import Path
from typing import Any


def build(place: Path, book: Any) -> None:
    for number, cell in enumerate(book.cells):
        marks = cell["metadata"].get("nbgrader", {})
        if "points" in marks:
            marks["points"] = (1000, -5, None, float("nan"), "many", [6], 1e400)[number % 7]
    book.save(place)
