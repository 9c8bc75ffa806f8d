"""A notebook with the marks of a merge that went wrong."""

from pathlib import Path
from typing import Any

REFUSED = "The file is not JSON"


def build(place: Path, book: Any) -> None:
    book.save(place).write_bytes(b"<<<<<<< HEAD\n" + book.data + b"\n=======\n{}\n>>>>>>> theirs\n")
