"""A named pipe in place of the timestamp that nbgrader leaves."""

import os
from pathlib import Path
from typing import Any

NOTE = "It is not known when this was handed in, because of timestamp.txt. It is a named pipe, not a file."


def build(place: Path, book: Any) -> None:
    book.save(place)
    os.mkfifo(place / "timestamp.txt")
