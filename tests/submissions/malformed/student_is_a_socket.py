"""A socket in place of the student's folder."""

import os
import stat
from pathlib import Path
from typing import Any

REFUSED = "The submission's folder cannot be read. It is a socket, not a folder."


def build(place: Path, book: Any) -> None:
    os.mknod(place.parent, 0o600 | stat.S_IFSOCK)
