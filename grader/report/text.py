"""Reports as plain text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from grader.results import Outcome, Part, Result

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
AS_ABOVE = "The same as above."
Rows = list[tuple[str, str]]


def points(score: int, max_score: int) -> str:
    return f"{score} of {max_score} point{'s' * (max_score != 1)}"


def details(outcome: Outcome) -> Rows:
    """What there is to tell of a check that did not pass, label and text, in the order every report keeps."""
    rows = [
        ("why" if outcome.status == "not_run" else "what happened", outcome.message),
        ("input", outcome.example),
        ("got", outcome.got),
        ("expected", outcome.expected),
        ("likely mistake", outcome.diagnosis),
        ("hint", outcome.hint),
    ]
    return [(label, text) for label, text in rows if text]


def stories(part: Part) -> list[tuple[Outcome, Rows]]:
    """The checks to report, each with what there is to tell of it. Nothing is told twice.

    One message stands for all checks when none was run. Otherwise a reason for not running stands with the first of
    the checks in a row that it holds back, and a mistake that shows in several checks is explained at the first.
    """
    if part.message and all(outcome.status == "not_run" for outcome in part.checks):
        return []
    told: list[tuple[Outcome, Rows]] = []
    explained: set[tuple[str, str]] = set()
    before: Outcome | None = None
    for outcome in part.checks:
        rows = [] if outcome.status == "passed" else details(outcome)
        mistake = outcome.diagnosis, outcome.hint
        if outcome.status == "not_run" and before and (before.status, before.message) == ("not_run", outcome.message):
            rows = []
        elif outcome.diagnosis and mistake in explained:
            rows = [row for row in rows if row[0] not in ("likely mistake", "hint")] + [("likely mistake", AS_ABOVE)]
        explained.add(mistake)
        told.append((outcome, rows))
        before = outcome
    return told


def part_text(part: Part) -> str:
    """The report of one part, without a trailing newline."""
    lines = [f"{part.id}: {points(part.score, part.max_score)}"]
    lines += textwrap.wrap(part.message, WIDTH, initial_indent="  ", subsequent_indent="  ")
    for outcome, rows in stories(part):
        lines += _check_lines(outcome, rows)
    return "\n".join(lines)


def result_text(result: Result) -> str:
    """The report of one notebook, without a trailing newline."""
    if result.score is None:
        return f"Could not grade: {result.reason}"
    paragraphs = [result.reason, *map(part_text, result.parts), f"Total: {points(result.score, result.max_score)}"]
    return "\n\n".join(filter(None, paragraphs))


def check_text(outcome: Outcome) -> str:
    """What there is to tell of a check that is shown by itself, apart from its claim; nothing if it passed."""
    rows = [] if outcome.status == "passed" else details(outcome)
    return textwrap.dedent("\n".join(_row_lines(rows)))


def lost_text(part: Part) -> str:
    """As `part_text`, without the headline and without the checks that passed."""
    told = [(outcome, rows) for outcome, rows in stories(part) if outcome.status != "passed"]
    lines = [line for outcome, rows in told for line in _check_lines(outcome, rows)]
    return "\n".join(filter(None, [part.message, textwrap.dedent("\n".join(lines))]))


def _check_lines(outcome: Outcome, rows: Rows) -> Iterator[str]:
    lead = f"  {WORDS[outcome.status]:<9} {outcome.points}/{outcome.max_points}  "
    yield from textwrap.wrap(outcome.claim, WIDTH, initial_indent=lead, subsequent_indent=" " * len(lead))
    yield from _row_lines(rows)


def _row_lines(rows: Rows) -> Iterator[str]:
    for label, text in rows:
        first, *rest = _lines(text)
        yield f"{label:>{len(INDENT) + 1}}  {first}"
        for line in rest:
            yield f"{'':>{len(INDENT) + 1}}  {line}"


def _lines(text: str) -> list[str]:
    """Prose wrapped, tables and arrays as they stand."""
    lines = text.splitlines()
    return lines if len(lines) > 1 else textwrap.wrap(text, WIDTH - len(INDENT)) or [""]
