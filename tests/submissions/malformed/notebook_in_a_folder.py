"""The notebook one folder too deep, as unpacking an archive leaves it."""

from pathlib import Path
from typing import Any

REFUSED = "only 'linreg_scratch' (a folder)"


def build(place: Path, book: Any) -> None:
    book.save(place / "linreg_scratch")
