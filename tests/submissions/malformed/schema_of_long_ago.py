"""Metadata of a version that nbgrader no longer reads, and of one that does not exist yet."""

from pathlib import Path
from typing import Any


def build(place: Path, book: Any) -> None:
    for number, cell in enumerate(book.cells):
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"]["schema_version"] = (0, 1, 2, 99)[number % 4]
    book.save(place)
