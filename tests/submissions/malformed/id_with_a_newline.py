"""A folder whose name has two lines."""

from pathlib import Path
from typing import Any

STUDENT = "eve\nmallory"
REFUSED = "so it is nobody's id. Rename it."


def build(place: Path, book: Any) -> None:
    book.save(place)
