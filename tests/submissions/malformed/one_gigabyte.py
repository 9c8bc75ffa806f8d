"""A notebook of one gigabyte (of nothing: the disk has to hold none of it)."""

from pathlib import Path
from typing import Any

REFUSED = "It has 1024 MiB; at most 10 are read."


def build(place: Path, book: Any) -> None:
    with book.save(place).open("r+b") as file:
        file.truncate(2**30)
