"""A first try that is wrong, and a copy of its cell below the check that is right."""

import copy
from pathlib import Path
from typing import Any

NOTE = "There are 2 cells called sgd; all of them count, in their order."


def build(place: Path, book: Any) -> None:
    first = copy.deepcopy(book["sgd"])
    first["source"] = "def sgd(params, lr, batch_size):\n    raise ValueError"
    check = book.place("check_sgd")
    book.cells.insert(check + 1, book.cells.pop(book.place("sgd")))
    book.cells.insert(check - 1, first)
    book.save(place)
