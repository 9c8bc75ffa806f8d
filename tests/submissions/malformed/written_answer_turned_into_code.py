"""An answer in words in a code cell, which would end the process if it were run."""

from pathlib import Path
from typing import Any


def build(place: Path, book: Any) -> None:
    book["why_reshape"].update(
        cell_type="code", source="import os; os._exit(0)  # an answer in code", outputs=[], execution_count=None
    )
    book.save(place)
