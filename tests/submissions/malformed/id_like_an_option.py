"""A folder whose name a command would take for options."""

from pathlib import Path
from typing import Any

STUDENT = "-rf"
REFUSED = "so it is nobody's id. Rename it."


def build(place: Path, book: Any) -> None:
    book.save(place)
