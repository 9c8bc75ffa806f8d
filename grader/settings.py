"""A course's settings, as nbgrader reads them from nbgrader_config.py."""

from __future__ import annotations

import logging
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

from nbgrader.apps import AutogradeApp

from grader.course import MARKER, Course


class NoSettings(Exception):
    """nbgrader_config.py cannot be used; the message says why."""


@dataclass(frozen=True)
class Settings:
    """What other commands than nbgrader's want to know. exchange: None where none is named."""

    course_id: str
    db_url: str
    exchange: Path | None


def read_settings(course: Course) -> Settings:
    """Raises: NoSettings."""
    # Without this, nbgrader goes on with its own settings where a line of the configuration fails.
    app = AutogradeApp(log_level=logging.CRITICAL, raise_config_file_errors=True)
    try:
        with chdir(course.root):
            app.initialize([])
    except SystemExit as end:  # what nbgrader_config.py says when it cannot be used
        raise NoSettings(str(end) if isinstance(end.code, str) else f"{MARKER} cannot be read.") from None
    except Exception as error:
        raise NoSettings(f"{MARKER} cannot be read: {type(error).__name__}: {error}") from None
    named = app.config.Exchange.get("root")
    return Settings(str(app.coursedir.course_id), str(app.coursedir.db_url), Path(named) if named else None)
