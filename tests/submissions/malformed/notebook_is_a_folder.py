"""A folder with the name of the notebook."""

from pathlib import Path
from typing import Any

REFUSED = "linreg_scratch.ipynb cannot be graded. It is a folder, not a file."


def build(place: Path, book: Any) -> None:
    book.save(place / "linreg_scratch.ipynb")
