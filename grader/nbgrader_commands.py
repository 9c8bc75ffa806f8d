"""nbgrader's own commands, run as an instructor would run them.

Exceptions: `NbgraderFailed`, with the last thing nbgrader said.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from grader.course import Course


class NbgraderFailed(Exception):
    """An nbgrader command ended with an error."""


def run_nbgrader(
    course: Course,
    *arguments: str,
    exchange: Path,
    on_line: Callable[[str], None] | None = None,
    fails: bool = False,
    program: str = "nbgrader",
) -> list[str]:
    """Run `nbgrader ARGUMENTS` in the course folder, with its own exchange folder, and return what it printed.

    on_line: called with each line as it comes. fails: whether it should end with an error. program: `grader`, for a
    command of ours.

    Raises: NbgraderFailed if the exit code is not 0, or not 1 with `fails`.
    """
    command = [sys.executable, "-m", program, *arguments]
    environment = {**os.environ, "GRADER_EXCHANGE": str(exchange.resolve())}
    lines: list[str] = []
    with subprocess.Popen(
        command,
        cwd=course.root,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line.rstrip("\n"))
            if on_line is not None:
                on_line(lines[-1])
    if process.returncode != (1 if fails else 0):
        said = [line for line in lines if "ERROR" in line] or lines
        raise NbgraderFailed(f"`{program} {arguments[0]}` failed: {said[-1] if said else 'it said nothing'}")
    return lines
