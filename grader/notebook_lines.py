"""Where in the file of a notebook something stands: editors and GitHub number lines of JSON, not of cells."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.notebook import CHECK_PREFIX

_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\r\n]*")


class NotebookLines:
    """The code of a notebook, with its place in the file. data: bytes that `grader.notebook.read` has read."""

    def __init__(self, data: bytes) -> None:
        self._text = data.decode("utf-8-sig")
        self._cells = [cell for cell in _cells(self._text) if cell.type == "code"]

    def of_part(self, part: str, functions: Sequence[str]) -> int:
        """The line, from 1, of the last definition of the first of a part's functions that the notebook has.

        Where it has none of them, the line of the part's check; where it has no check either, the first of the file.
        """
        for function in functions:
            name = re.escape(function)
            definition = re.compile(rf"\s*((async\s+)?def|class)\s+{name}\b|{name}\s*(:[^=]*)?=(?!=)")
            starts = [start for cell in self._cells for line, start in cell.lines if definition.match(line)]
            if starts:
                return self._line(starts[-1])
        checks = [cell.lines for cell in self._cells if cell.grade_id == CHECK_PREFIX + part and cell.lines]
        return self._line(checks[-1][0][1]) if checks else 1

    def _line(self, start: int) -> int:
        return self._text.count("\n", 0, start) + 1


@dataclass
class _Cell:
    """lines: the text of each line of the source, and where it starts in the file."""

    type: Any = None
    grade_id: Any = None
    lines: list[tuple[str, int]] = field(default_factory=list)


def _cells(text: str) -> Iterator[_Cell]:
    for key, start in _members(text, 0):
        if key == "cells" and text[start] == "[":
            for at in _items(text, start):
                yield _cell(text, at)


def _cell(text: str, start: int) -> _Cell:
    cell = _Cell()
    for name, at in _members(text, start):
        if name == "source":
            cell.lines = list(_source_lines(text, at))
        elif name == "cell_type":
            cell.type, _ = _value(text, at)
        elif name == "metadata":
            metadata, _ = _value(text, at)
            marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
            cell.grade_id = marks.get("grade_id") if isinstance(marks, dict) else None
    return cell


def _source_lines(text: str, start: int) -> Iterator[tuple[str, int]]:
    """A source may be one string, in one line of the file, or a list, as Jupyter writes it: a string for each line."""
    for at in _items(text, start) if text[start] == "[" else [start]:
        for line in str(_value(text, at)[0]).splitlines():
            yield line, at


def _members(text: str, start: int) -> Iterator[tuple[str, int]]:
    """The keys of an object and where their values start; nothing if there is no object."""
    at = _after_space(text, start)
    if text[at] != "{":
        return
    at = _after_space(text, at + 1)
    while text[at] != "}":
        key, at = _value(text, at)
        at = _after_space(text, _after_space(text, at) + 1)  # past the colon
        yield key, at
        at = _next(text, at)


def _items(text: str, start: int) -> Iterator[int]:
    """Where the items of a list start."""
    at = _after_space(text, start + 1)
    while text[at] != "]":
        yield at
        at = _next(text, at)


def _next(text: str, start: int) -> int:
    """Where the next member or item after the value at `start` begins, or where they end."""
    at = _after_space(text, _value(text, start)[1])
    return _after_space(text, at + 1) if text[at] == "," else at


def _value(text: str, start: int) -> tuple[Any, int]:
    """The value that begins here, and where it ends."""
    value, end = _DECODER.raw_decode(text, start)
    return value, end


def _after_space(text: str, start: int) -> int:
    found = _SPACE.match(text, start)
    assert found is not None  # it matches nothing, too
    return found.end()
