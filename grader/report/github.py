"""Results for GitHub Actions: annotations on the student's own lines, the job's summary, GitHub Classroom's score.

A runner obeys lines of a job's output, and shows Markdown. So whatever a student may have had a say in is escaped in
commands, kept inside of code fences in Markdown, and told between `stop-commands` in the log.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from grader import checks
from grader.claims import PartSpec
from grader.notebook_lines import NotebookLines
from grader.report.text import lost_text, part_text, points, result_text
from grader.results import Outcome, Part, Result, printable

LARGEST_SUMMARY = 2**20 - 2**10
"""Bytes; GitHub drops a summary of more than 1 MiB."""
LONGEST_MESSAGE = 4000
"""Characters of an annotation; GitHub folds it away after a few lines, and the summary has the whole."""


@dataclass(frozen=True)
class Graded:
    """A result, and where its notebook lies; data: its bytes, None where they are not to be read."""

    result: Result
    path: Path
    data: bytes | None


def announce(graded: Sequence[Graded], environment: Mapping[str, str], say: Callable[[str], object]) -> None:
    """Say the annotations, and write the files that a runner names in its environment.

    say: is given a line at a time; a runner reads stdout and stderr alike. Raises: OSError.
    """
    for one in graded:
        for line in workflow_commands(one, environment.get("GITHUB_WORKSPACE", "")):
            say(line)
    results = [one.result for one in graded]
    _append(environment.get("GITHUB_STEP_SUMMARY"), summary(results))
    _append(environment.get("GITHUB_OUTPUT"), f"result={classroom_result(results)}\n")


def _append(path: str | None, text: str) -> None:
    if path:
        with open(path, "a", encoding="utf-8") as file:
            file.write(text)


def unheeded(text: str) -> str:
    """Text for the log in which the runner looks for no commands.

    It begins again at a word that nobody can put into the text: a digest of it.
    """
    word = hashlib.sha256(text.encode()).hexdigest()
    return f"::stop-commands::{word}\n{text}\n::{word}::"


def workflow_commands(graded: Graded, workspace: str = "") -> list[str]:
    """A workflow command for each part that lost points, and for a notebook that could not be graded."""
    result = graded.result
    file = _in_workspace(graded.path, workspace)
    if result.score is None:
        return [_command("error", result.reason, file=file, line="1", title="Could not grade")]
    found = []
    if result.reason:
        found.append(_command("notice", result.reason, file=file, line="1", title="Remarks of the grader"))
    lines = NotebookLines(graded.data) if graded.data is not None else None
    functions = {part.id: part.functions for part in _parts(result.assignment)}
    for part in result.parts:
        if part.score < part.max_score:
            line = lines.of_part(part.id, functions.get(part.id, ())) if lines else 1
            title = f"{part.id}: {points(part.score, part.max_score)}"
            found.append(_command("error", lost_text(part), file=file, line=str(line), title=title))
    return found


def _parts(assignment: str) -> Sequence[PartSpec]:
    return checks.parts(assignment) if assignment in checks.assignments() else ()


def _in_workspace(path: Path, workspace: str) -> str:
    """The path as GitHub knows it, from the root of the repository; as it is where that is somewhere else."""
    whole = Path(os.path.abspath(path))
    if workspace and whole.is_relative_to(os.path.abspath(workspace)):
        path = whole.relative_to(os.path.abspath(workspace))
    return printable(str(path))


def _command(name: str, message: str, **properties: str) -> str:
    """A workflow command. It is one line, and its message and properties end where they should."""
    if len(message) > LONGEST_MESSAGE:
        message = message[: LONGEST_MESSAGE - 1] + "…"
    written = ",".join(f"{key}={_escaped(value, ':,')}" for key, value in properties.items())
    return f"::{name} {written}::{_escaped(message)}"


def _escaped(text: str, also: str = "") -> str:
    return "".join(f"%{ord(character):02X}" if character in f"%\r\n{also}" else character for character in text)


def summary(results: Sequence[Result]) -> str:
    """Markdown: the points of each part, and every report."""
    for whole in (True, False):
        text = "".join(_summary_of(result, whole=whole) for result in results)
        if len(text.encode()) <= LARGEST_SUMMARY:
            return text if whole else f"{text}The reports are too long for this page.\n"
    return f"{len(results)} notebooks were graded, which is too much for this page.\n"


def _summary_of(result: Result, *, whole: bool) -> str:
    if result.score is None:
        heading = f"## {result.assignment}: could not grade\n\n"
        return heading + _fenced(f"{result.notebook}\n\n{result_text(result)}")
    heading = f"## {result.assignment}: {points(result.score, result.max_score)}\n\n"
    about = _fenced(f"{result.notebook}\n\n{result.reason}" if result.reason else result.notebook)
    rows = "".join(f"| `{part.id}` | {part.score} | {part.max_score} |\n" for part in result.parts)
    table = f"| part | points | of |\n|---|---:|---:|\n{rows}\n"
    return heading + about + table + ("".join(map(_folded, result.parts)) if whole else "")


def _folded(part: Part) -> str:
    """A part's report to open with a click, or open where points were lost."""
    state = " open" if part.score < part.max_score else ""
    headline = f"{part.id}: {points(part.score, part.max_score)}"
    return f"<details{state}><summary>{headline}</summary>\n\n{_fenced(part_text(part))}</details>\n\n"


def _fenced(text: str) -> str:
    """A block of code that ends where it should, whatever is in it."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}\n\n"


def classroom_result(results: Sequence[Result]) -> str:
    """What the `result` of a step must be for GitHub Classroom's reporter: a JSON document in Base64.

    Where a notebook could not be graded, there is nothing to earn: Classroom then records no points at all, not zero.
    """
    graded = all(result.score is not None for result in results)
    tests = [_test(part, check) for result in results for part in result.parts for check in part.checks]
    for result in results:
        if result.score is None:
            name = f"{result.assignment} could not be graded"
            tests.append({"name": name, "status": "error", "score": 0, "message": _one_line(result.reason)})
    document = {
        "version": 1,
        "status": "error" if not graded else "pass" if all(result.full_marks for result in results) else "fail",
        "max_score": sum(result.max_score for result in results) if graded else 0,
        "tests": tests,
    }
    return base64.b64encode(msgspec.json.encode(document)).decode()


def _test(part: Part, check: Outcome) -> dict[str, str | int]:
    status = {"passed": "pass", "errored": "error", "timed_out": "error"}.get(check.status, "fail")
    test: dict[str, str | int] = {"name": f"{part.id}: {check.claim}", "status": status, "score": check.points}
    return test if check.status == "passed" else test | {"message": _one_line(check.message)}


def _one_line(text: str) -> str:
    """The reporter prints it to the log, where no line of it may become a command (`##[` is one anywhere)."""
    return " ".join(text.split()).replace("##[", "## [")
