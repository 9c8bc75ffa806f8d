"""The notebook itself in place of the folder it belongs in."""

from pathlib import Path
from typing import Any

REFUSED = "The submission's folder cannot be read. It is a file, not a folder."


def build(place: Path, book: Any) -> None:
    book.save(place.parent).rename(place)
