"""A notebook of which the second half was lost."""

from pathlib import Path
from typing import Any

REFUSED = "The file is not JSON"


def build(place: Path, book: Any) -> None:
    book.save(place).write_bytes(book.data[: len(book.data) // 2])
