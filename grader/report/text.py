"""A part's report as plain text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from grader.results import Outcome, Part

WORDS = {
    "passed": "passed",
    "failed": "failed",
    "errored": "error",
    "timed_out": "timed out",
    "not_run": "not run",
}
"""How each status is written out, in every report."""
WIDTH = 110
INDENT = " " * 17


def points(score: int, max_score: int) -> str:
    return f"{score} of {max_score} point{'s' * (max_score != 1)}"


def details(outcome: Outcome) -> list[tuple[str, str]]:
    """What there is to tell of a check that did not pass, label and text, in the order every report keeps."""
    rows = [
        ("what happened", outcome.message),
        ("smallest example", outcome.example),
        ("got", outcome.got),
        ("expected", outcome.expected),
        ("likely mistake", outcome.diagnosis),
        ("hint", outcome.hint),
    ]
    return [(label, text) for label, text in rows if text]


def part_text(part: Part) -> str:
    """The report of one part, without a trailing newline."""
    head = f"{part.id}: {points(part.score, part.max_score)}"
    if part.message:
        return f"{head}\n  {part.message}"
    return "\n".join([head, *(line for outcome in part.checks for line in _check_lines(outcome))])


def _check_lines(outcome: Outcome) -> Iterator[str]:
    lead = f"  {WORDS[outcome.status]:<9} {outcome.points}/{outcome.max_points}  "
    yield from textwrap.wrap(outcome.claim, WIDTH, initial_indent=lead, subsequent_indent=" " * len(lead))
    if outcome.status == "passed":
        return
    for label, text in details(outcome):
        first, *rest = _lines(text)
        yield f"{label:>{len(INDENT) + 1}}  {first}"
        for line in rest:
            yield f"{'':>{len(INDENT) + 1}}  {line}"


def _lines(text: str) -> list[str]:
    """Prose wrapped, tables and arrays as they stand."""
    lines = text.splitlines()
    return lines if len(lines) > 1 else textwrap.wrap(text, WIDTH - len(INDENT)) or [""]
