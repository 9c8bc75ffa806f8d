"""Where a course keeps its things: the folders that nbgrader_config.py also names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

MARKER = "nbgrader_config.py"
"""The file that makes a folder the root of a course."""


class NoCourse(Exception):
    """There is no course folder here."""


@dataclass(frozen=True)
class Course:
    """A course folder. nbgrader's own folders (released, submitted, ...) lie in `course/`, out of the way."""

    root: Path

    @property
    def sources(self) -> Path:
        return self.root / "assignments"

    @property
    def workspace(self) -> Path:
        return self.root / "course"

    def notebook(self, assignment: str) -> Path:
        """The instructor's notebook of an assignment, solutions included."""
        return self.sources / assignment / f"{assignment}.ipynb"

    def assignments(self) -> tuple[str, ...]:
        """The names of the assignments that have a notebook, sorted."""
        return tuple(sorted(path.stem for path in self.sources.glob("*/*.ipynb") if path.stem == path.parent.name))


def find_course(start: Path | None = None) -> Course:
    """The course that a folder (the working folder by default) belongs to: itself or the nearest one above it.

    Raises: NoCourse, in a sentence.
    """
    here = (start or Path.cwd()).resolve()
    if not here.is_dir():
        raise NoCourse(f"There is no folder {here}.")
    for folder in (here, *here.parents):
        if (folder / MARKER).is_file() and (folder / "assignments").is_dir():
            return Course(folder)
    raise NoCourse(
        f"{here} is not inside a course. Go to the folder that holds {MARKER} and assignments/, or name it with "
        "--course."
    )
