"""A socket."""

import os
import stat
from pathlib import Path
from typing import Any

REFUSED = "It is a socket, not a file."


def build(place: Path, book: Any) -> None:
    place.mkdir(parents=True)
    os.mknod(place / "linreg_scratch.ipynb", 0o600 | stat.S_IFSOCK)
