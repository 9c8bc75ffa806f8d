"""A link to another notebook."""

from pathlib import Path
from typing import Any

REFUSED = "linreg_scratch.ipynb cannot be graded. It is a link, not a file."


def build(place: Path, book: Any) -> None:
    place.mkdir(parents=True)
    (place / "linreg_scratch.ipynb").symlink_to(book.save(place.parent / "another"))
