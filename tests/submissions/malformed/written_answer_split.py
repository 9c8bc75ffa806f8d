"""An answer in words split in two; both halves have to reach the person who marks it."""

import copy
from pathlib import Path
from typing import Any

NOTE = "There are 2 cells called why_reshape"


def build(place: Path, book: Any) -> None:
    half = copy.deepcopy(book["why_reshape"])
    half["source"] = "The other half of my answer."
    book.cells.append(half)
    book.save(place)
