"""Both answers in words deleted."""

from pathlib import Path
from typing import Any

NOTE = "Cells were missing and have been put back: why_reshape, last_batch."


def build(place: Path, book: Any) -> None:
    for name in ("why_reshape", "last_batch"):
        del book.cells[book.place(name)]
    book.save(place)
