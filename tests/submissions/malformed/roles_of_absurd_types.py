"""Roles and versions that are lists, texts and numbers."""

from pathlib import Path
from typing import Any


def build(place: Path, book: Any) -> None:
    for cell in book.cells:
        marks = cell["metadata"].get("nbgrader", {})
        for key in set(marks) - {"grade_id"}:
            marks[key] = [{"a": [None]}]
    book.save(place)
