"""Checks and locked cells rewritten to end the process or to claim points."""

from pathlib import Path
from typing import Any


def build(place: Path, book: Any) -> None:
    book["setup"]["source"] = "import os\nos._exit(0)"
    book["training_loop"]["source"] = "raise SystemExit"
    book["check_sgd"]["source"] = "1000.0"
    book["check_linreg"]["source"] = ["1", "0", "0"]
    book.save(place)
