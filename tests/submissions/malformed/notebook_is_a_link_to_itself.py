"""A link that leads to itself."""

from pathlib import Path
from typing import Any

REFUSED = "It is a link, not a file."


def build(place: Path, book: Any) -> None:
    place.mkdir(parents=True)
    (place / "linreg_scratch.ipynb").symlink_to("linreg_scratch.ipynb")
