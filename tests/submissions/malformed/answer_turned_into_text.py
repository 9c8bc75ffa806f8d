"""A function in a cell that was turned into Markdown by mistake."""

from pathlib import Path
from typing import Any

LOSES = ("sgd",)
NOTE = "The cell sgd is not a code cell any more, so it was not run."


def build(place: Path, book: Any) -> None:
    cell = book["sgd"]
    book.cells[book.place("sgd")] = {"cell_type": "markdown", "source": cell["source"], "metadata": cell["metadata"]}
    book.save(place)
