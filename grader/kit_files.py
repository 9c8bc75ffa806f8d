"""Where the kit keeps what it hands on to others: assignments, nbgrader's configuration, pages for students.

In a checkout they lie beside the package; a wheel puts them into the environment's `share` (`data-files` in
pyproject.toml).
"""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

from grader.course import MARKER

DISTRIBUTION = "linreg-grader"


class NoKit(Exception):
    """The installation lacks something that the kit is made of; the message says what to do."""


def kit_root() -> Path:
    """The folder that holds `assignments/`, `docs/` and nbgrader_config.py. Raises: NoKit."""
    beside = Path(__file__).resolve().parents[1]
    if (beside / MARKER).is_file() and (beside / "assignments").is_dir():
        return beside
    try:
        installed = metadata.files(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        installed = []
    for file in installed:
        if file.name == MARKER and file.parent.name == DISTRIBUTION:
            return Path(str(file.locate())).resolve().parent
    raise NoKit("This installation of the kit has no assignments with it. Install it from its folder: pip install .")
