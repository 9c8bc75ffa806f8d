"""A named pipe, which would make a reader wait for ever."""

import os
from pathlib import Path
from typing import Any

REFUSED = "It is a named pipe, not a file."


def build(place: Path, book: Any) -> None:
    place.mkdir(parents=True)
    os.mkfifo(place / "linreg_scratch.ipynb")
