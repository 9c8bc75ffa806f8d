"""The notebook under a name of the student's own."""

from pathlib import Path
from typing import Any

NOTE = "it should be linreg_scratch.ipynb. It was graded all the same."


def build(place: Path, book: Any) -> None:
    book.save(place, "my final version (2).ipynb")
