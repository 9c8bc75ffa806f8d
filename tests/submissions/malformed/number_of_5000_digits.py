"""A number with 5000 digits, which Python refuses to read."""

from pathlib import Path
from typing import Any

REFUSED = "The file is not JSON"


def build(place: Path, book: Any) -> None:
    book.save(place).write_bytes(book.data[:-1] + b', "more": ' + b"9" * 5000 + b"}")
