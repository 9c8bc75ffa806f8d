"""The same notebook twice, under two wrong names."""

from pathlib import Path
from typing import Any

NOTE = "is called 'a.ipynb'"


def build(place: Path, book: Any) -> None:
    book.save(place, "a.ipynb")
    book.save(place, "b.ipynb")
