"""A link in place of the timestamp that nbgrader leaves."""

from pathlib import Path
from typing import Any

NOTE = "It is not known when this was handed in, because of timestamp.txt. It is a link, not a file."


def build(place: Path, book: Any) -> None:
    book.save(place)
    (place / "timestamp.txt").symlink_to("/etc/passwd")
