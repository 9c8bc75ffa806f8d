"""An empty file in place of the secret by which nbgrader delivers feedback: stock nbgrader then delivers nobody's."""

from pathlib import Path
from typing import Any

NOTE = "The feedback cannot be fetched with nbgrader, because of submission_secret.txt."


def build(place: Path, book: Any) -> None:
    book.save(place)
    (place / "submission_secret.txt").touch()
