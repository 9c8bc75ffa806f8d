"""The notebook with the right name, and two more beside it."""

from pathlib import Path
from typing import Any

NOTE = "this was left aside: 'linreg_scratch-Copy1.ipynb', 'notes.ipynb'"


def build(place: Path, book: Any) -> None:
    book.save(place)
    book["sgd"]["source"] = "def sgd(params, lr, batch_size): ..."
    book.save(place, "linreg_scratch-Copy1.ipynb")
    book.document["cells"] = []
    book.save(place, "notes.ipynb")
