"""A folder whose name begins like the way out."""

from pathlib import Path
from typing import Any

STUDENT = "..x"
REFUSED = "so it is nobody's id. Rename it."


def build(place: Path, book: Any) -> None:
    book.save(place)
