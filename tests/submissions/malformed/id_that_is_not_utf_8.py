"""A folder whose name is no text."""

from pathlib import Path
from typing import Any

STUDENT = b"j\xf6rg"
REFUSED = "so it is nobody's id. Rename it."


def build(place: Path, book: Any) -> None:
    book.save(place)
