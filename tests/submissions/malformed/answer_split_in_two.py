"""A cell that was split: imports in one half, the function in the other, one grade id for both."""

import copy
from pathlib import Path
from typing import Any

NOTE = "There are 2 cells called sgd"


def build(place: Path, book: Any) -> None:
    half = copy.deepcopy(book["sgd"])
    half["source"] = "STEP = 1"
    book["sgd"]["source"] = (
        "def sgd(params, lr, batch_size):\n    for p in params:\n        p -= STEP * lr / batch_size * p.grad"
    )
    book.cells.insert(book.place("sgd"), half)
    book.save(place)
