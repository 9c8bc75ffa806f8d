"""Bytes that are no JSON."""

from pathlib import Path
from typing import Any

REFUSED = "linreg_scratch.ipynb cannot be graded. The file is not JSON"


def build(place: Path, book: Any) -> None:
    book.save(place).write_bytes(b"<html>Session expired</html>")
