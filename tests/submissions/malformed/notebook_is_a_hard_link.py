"""A hard link to another notebook."""

from pathlib import Path
from typing import Any

REFUSED = "It is a hard link to a file that has other names too."


def build(place: Path, book: Any) -> None:
    place.mkdir(parents=True)
    (place / "linreg_scratch.ipynb").hardlink_to(book.save(place.parent / "another"))
