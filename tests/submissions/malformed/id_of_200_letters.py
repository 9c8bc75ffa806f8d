"""A folder with a name as long as file systems allow."""

from pathlib import Path
from typing import Any

STUDENT = "x" * 200
REFUSED = "has 200 characters; at most 128 are allowed"


def build(place: Path, book: Any) -> None:
    book.save(place)
