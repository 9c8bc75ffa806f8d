"""A result as the `results.json` of Gradescope's autograder.

Its students see every check, with the words of every other report. They see no seed and nothing that we print, which
Gradescope shows to instructors only.
"""

from __future__ import annotations

from typing import Any

import msgspec

from grader.report.text import check_text, points
from grader.results import Outcome, Part, Result

HIDDEN, VISIBLE, TEXT = "hidden", "visible", "text"


def gradescope_json(result: Result) -> str:
    """The document for a graded result.

    Raises: ValueError for one that could not be graded. There is no way to write that down: Gradescope takes a missing
    score for the sum of the tests, which is zero. Where there is no file, it says that the autograder failed.
    """
    if result.score is None:
        raise ValueError(f"{result.notebook} has no score, so there is nothing that Gradescope could be told.")
    document = {
        "score": result.score,
        "output": _output(result),
        "output_format": TEXT,
        "test_output_format": TEXT,
        "test_name_format": TEXT,
        "visibility": VISIBLE,
        "stdout_visibility": HIDDEN,
        "extra_data": {"assignment": result.assignment, "isolation": result.isolation},
        "tests": [
            _test(part, outcome, f"{i}.{k}")
            for i, part in enumerate(result.parts, start=1)
            for k, outcome in enumerate(part.checks, start=1)
        ],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _output(result: Result) -> str:
    """What concerns the whole, or a whole part."""
    lines = [result.reason] if result.reason else []
    for part in result.parts:
        lines.append(f"{part.id}: {points(part.score, part.max_score)}")
        if part.message:
            lines.append(f"  {part.message}")
    return "\n".join(lines)


def _test(part: Part, outcome: Outcome, number: str) -> dict[str, Any]:
    test: dict[str, Any] = {
        "score": outcome.points,
        "max_score": outcome.max_points,
        "status": "passed" if outcome.status == "passed" else "failed",
        "name": f"{part.id}: {outcome.claim}",
        "name_format": TEXT,
        "number": number,
        "output": check_text(outcome),
        "output_format": TEXT,
        "tags": [part.id, outcome.status],
        "visibility": VISIBLE,
    }
    return {key: value for key, value in test.items() if value != ""}
