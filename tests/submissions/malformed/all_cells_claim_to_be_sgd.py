"""Every code cell has the grade id of one function; the functions are there all the same."""

from pathlib import Path
from typing import Any


def build(place: Path, book: Any) -> None:
    for cell in book.cells:
        if cell["cell_type"] == "code" and "check(" not in "".join(cell["source"]):
            cell["metadata"] = {"nbgrader": {"grade_id": "sgd"}}
    book.save(place)
