"""UTF-16, as an old text editor saves it."""

from pathlib import Path
from typing import Any

REFUSED = "The file is not UTF-8 text."


def build(place: Path, book: Any) -> None:
    book.save(place).write_bytes(book.data.decode().encode("utf-16"))
