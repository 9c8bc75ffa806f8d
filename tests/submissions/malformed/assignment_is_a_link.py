"""A link to another folder in place of the submission's."""

from pathlib import Path
from typing import Any

REFUSED = "The submission's folder cannot be read. It is a link, not a folder."


def build(place: Path, book: Any) -> None:
    book.save(place.parent / "another")
    place.symlink_to("another")
