"""Latin-1 in place of UTF-8."""

import json
from pathlib import Path
from typing import Any

REFUSED = "The file is not UTF-8 text."


def build(place: Path, book: Any) -> None:
    book["sgd"]["source"] += "\n# Größe"
    book.save(place).write_bytes(json.dumps(book.document, ensure_ascii=False).encode("latin-1", "replace"))
