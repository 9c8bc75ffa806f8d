"""Grade ids that are paths, on cells of the student's own."""

from pathlib import Path
from typing import Any


def build(place: Path, book: Any) -> None:
    for grade_id in ("../../../../etc/passwd", "/dev/stdin", "..", "check_x/../../y", "a\0b", "-rf", "x" * 5000):
        marks = {"grade_id": grade_id, "grade": True, "solution": False, "locked": True, "points": 1}
        cell = {"cell_type": "code", "source": "1", "metadata": {"nbgrader": marks}, "outputs": []}
        book.cells.append({**cell, "execution_count": None})
    book.save(place)
