"""Two different versions, neither with the right name."""

from pathlib import Path
from typing import Any

REFUSED = (
    "There are 2 notebooks of this assignment, and none of them is called linreg_scratch.ipynb: 'a.ipynb', 'b.ipynb'"
)


def build(place: Path, book: Any) -> None:
    book.save(place, "a.ipynb")
    book["sgd"]["source"] = "def sgd(params, lr, batch_size): ..."
    book.save(place, "b.ipynb")
