"""A folder whose name a spreadsheet would compute."""

from pathlib import Path
from typing import Any

STUDENT = "=cmd()"
REFUSED = "so it is nobody's id. Rename it."


def build(place: Path, book: Any) -> None:
    book.save(place)
