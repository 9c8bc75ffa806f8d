"""A timestamp in a month that does not exist."""

from pathlib import Path
from typing import Any

NOTE = "because of timestamp.txt. It does not hold what nbgrader wrote."


def build(place: Path, book: Any) -> None:
    book.save(place)
    (place / "timestamp.txt").write_text("2026-13-01 00:00:00 UTC", encoding="utf-8")
