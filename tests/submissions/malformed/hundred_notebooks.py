"""A hundred notebooks, none with the right name."""

from pathlib import Path
from typing import Any

REFUSED = "There are 100 notebooks, and none of them is called linreg_scratch.ipynb."


def build(place: Path, book: Any) -> None:
    for number in range(100):
        book.save(place, f"{number}.ipynb")
