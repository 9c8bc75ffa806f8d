"""A timestamp that names a file of the machine as its time zone."""

from pathlib import Path
from typing import Any

NOTE = "because of timestamp.txt. It does not hold what nbgrader wrote."


def build(place: Path, book: Any) -> None:
    book.save(place)
    (place / "timestamp.txt").write_text("2026-01-01 00:00:00 /etc/passwd", encoding="utf-8")
