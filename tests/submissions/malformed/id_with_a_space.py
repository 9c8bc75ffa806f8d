"""A folder named with first and last name."""

from pathlib import Path
from typing import Any

STUDENT = "jane doe"
REFUSED = "so it is nobody's id. Rename it."


def build(place: Path, book: Any) -> None:
    book.save(place)
