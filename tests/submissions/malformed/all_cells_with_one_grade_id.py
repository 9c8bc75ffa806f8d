"""Every cell of the notebook claims to be the same check."""

from pathlib import Path
from typing import Any

REFUSED = "None of its cells belongs"


def build(place: Path, book: Any) -> None:
    for cell in book.cells:
        cell["metadata"] = {"nbgrader": {"grade_id": "sdg", "grade": True, "points": 34}}
    book.save(place)
