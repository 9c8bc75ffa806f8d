"""Metadata that are lists and texts, and kernels that do not exist."""

from pathlib import Path
from typing import Any


def build(place: Path, book: Any) -> None:
    book.document["metadata"] = {"kernelspec": {"name": "../../bin/sh", "language": 3}, "language_info": []}
    for number, cell in enumerate(book.cells):
        if "nbgrader" not in cell["metadata"]:
            cell["metadata"] = ([], "none", None, 0)[number % 4]
            cell["id"] = ("", "a b", 7, "same")[number % 4]
            cell["attachments"] = {"x.png": {"text/html": "<script>"}}
    book.save(place)
