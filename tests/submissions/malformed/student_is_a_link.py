"""A link to somebody else's folder in place of the student's."""

from pathlib import Path
from typing import Any

REFUSED = "The submission's folder cannot be read. It is a link, not a folder."


def build(place: Path, book: Any) -> None:
    book.save(place.parents[2] / "elsewhere" / "linreg_scratch")
    place.parent.symlink_to("../elsewhere")
