"""As many empty cells as fit into the largest file that is read."""

from pathlib import Path
from typing import Any

REFUSED = "The notebook has 480041 cells; at most 2000 are read."


def build(place: Path, book: Any) -> None:
    book.cells.extend({} for _ in range(480_000))
    book.save(place)
