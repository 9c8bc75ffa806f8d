"""`make gradescope`: an autograder for Gradescope, ready to be uploaded, for each assignment.

It holds the kit's sources without the solutions module, the lock, and one assignment's notebook, which Gradescope shows
to instructors only. A seed of the course's own, where course/seed has one, goes with it.
"""

from __future__ import annotations

import argparse
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from grader.course import MARKER, Course, NoCourse, find_course
from grader.grading import Assignment

ROOT = Path(__file__).resolve().parents[1]
ENTRIES = ("setup.sh", "run_autograder")
"""What Gradescope looks for at the root of the archive."""
KIT = (MARKER, "README.md", "pyproject.toml", "requirements.lock", "scripts/bootstrap", "scripts/uv.lock")
SOURCES = (".py", ".html", ".css", ".typed")
MADE = (1980, 1, 1, 0, 0, 0)
"""The time of every file: the same kit makes the same archive."""


def write_zip(course: Course, assignment: str, to: Path, seed: str | None = None) -> None:
    """Write the archive of one assignment. Raises: OSError."""
    to.parent.mkdir(parents=True, exist_ok=True)
    to.touch(0o600)
    to.chmod(0o600)  # solutions and, it may be, a secret seed
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data, mode in sorted(_files(course, assignment, seed)):
            entry = zipfile.ZipInfo(name, MADE)
            entry.external_attr = mode << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)


def _files(course: Course, assignment: str, seed: str | None) -> Iterator[tuple[str, bytes, int]]:
    for name in ENTRIES:
        yield name, (ROOT / "scripts" / "gradescope" / name).read_bytes(), 0o100755
    yield "assignment", f"{assignment}\n".encode(), 0o100644
    if seed is not None:
        yield "seed", f"{seed}\n".encode(), 0o100644
    package = (path for path in (ROOT / "grader").rglob("*") if path.suffix in SOURCES)
    for path in (*(ROOT / name for name in KIT), *package):
        yield path.relative_to(ROOT).as_posix(), path.read_bytes(), 0o100644
    notebook = course.notebook(assignment)
    yield notebook.relative_to(course.root).as_posix(), notebook.read_bytes(), 0o100644


def own_seed(course: Course) -> str | None:
    """The seed that the course grades with, if it has one of its own. Raises: SystemExit if it is no number."""
    file = course.workspace / "seed"
    if not file.is_file():
        return None
    text = file.read_text(encoding="utf-8", errors="replace").strip()
    try:
        return str(int(text))
    except ValueError:
        raise SystemExit(f"The seed for grading must be one whole number, got {text!r}. Correct {file}.") from None


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("assignments", metavar="ASSIGNMENT", nargs="*", help="all of them if none is named")
    parser.add_argument("--to", metavar="FOLDER", type=Path, default=ROOT / "build" / "gradescope")
    parser.add_argument("--course", metavar="FOLDER", type=Path, default=ROOT, help="default: the kit's own folder")
    options = parser.parse_args(arguments)
    try:
        course = find_course(options.course)
    except NoCourse as problem:
        parser.error(str(problem))
    names = options.assignments or course.assignments()
    for name in names:
        if name not in course.assignments():
            parser.error(f"There is no assignment called {name!r}. There are: {', '.join(course.assignments())}.")
    seed = own_seed(course)
    for name in names:
        file = options.to / f"{name}.zip"
        write_zip(course, name, file, seed)
        whose = "the public seed" if seed is None else "the seed in course/seed"
        points = Assignment.load(name).max_score
        print(f"{file}: {points} points, {file.stat().st_size / 1024:.0f} KiB, checks with {whose}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
