"""Tags that make other programs skip cells or take their errors for granted."""

from pathlib import Path
from typing import Any


def build(place: Path, book: Any) -> None:
    for cell in book.cells:
        cell["metadata"]["tags"] = ["skip-execution", "raises-exception", "remove_cell", "hide_input"]
    book.save(place)
