"""One good notebook with a wrong name, among things that only have the ending."""

from pathlib import Path
from typing import Any

NOTE = "is called 'mine.ipynb'"


def build(place: Path, book: Any) -> None:
    book.save(place, "mine.ipynb")
    (place / "broken.ipynb").write_bytes(book.data[:-50])
    (place / "empty.ipynb").touch()
    (place / "folder.ipynb").mkdir()
    (place / "._mine.ipynb").write_bytes(bytes(range(256)))
