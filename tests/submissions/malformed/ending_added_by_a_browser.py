"""The notebook as a browser saves it: with one more ending."""

from pathlib import Path
from typing import Any

NOTE = "is called 'linreg_scratch.ipynb.txt'"


def build(place: Path, book: Any) -> None:
    book.save(place, "linreg_scratch.ipynb.txt")
