"""A file without anything in it."""

from pathlib import Path
from typing import Any

REFUSED = "The file is empty."


def build(place: Path, book: Any) -> None:
    book.save(place).write_bytes(b"")
