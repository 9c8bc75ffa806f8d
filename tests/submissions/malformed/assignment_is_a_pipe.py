"""A named pipe in place of the submission's folder."""

import os
from pathlib import Path
from typing import Any

REFUSED = "The submission's folder cannot be read. It is a named pipe, not a folder."


def build(place: Path, book: Any) -> None:
    place.parent.mkdir()
    os.mkfifo(place)
