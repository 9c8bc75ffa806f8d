"""Grade ids that are numbers, lists, objects and nothing."""

from pathlib import Path
from typing import Any


def build(place: Path, book: Any) -> None:
    for grade_id in (None, 0, 1e400, True, [], ["sgd"], {"sgd": 1}, ""):
        marks = {"grade_id": grade_id, "grade": True, "solution": True, "locked": False, "points": 6}
        book.cells.append({"cell_type": "markdown", "source": "mine", "metadata": {"nbgrader": marks}})
    book.save(place)
