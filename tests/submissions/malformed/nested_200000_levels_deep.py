"""Metadata inside of metadata, 200 000 levels deep."""

from pathlib import Path
from typing import Any

REFUSED = "The file is nested too deeply to be a notebook."


def build(place: Path, book: Any) -> None:
    deep = b"[" * 200_000 + b"]" * 200_000
    book.save(place).write_bytes(book.data[:-1] + b', "more": ' + deep + b"}")
