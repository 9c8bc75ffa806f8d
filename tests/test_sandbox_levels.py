"""What is said where a level of isolation cannot be had."""

from __future__ import annotations

import os
import sys

import pytest

from grader.sandbox.client import BWRAP_LANDLOCK, LANDLOCK
from grader.sandbox.levels import CURES, cure


@pytest.fixture
def closed_python(tmp_path, monkeypatch):
    """A Python below a folder that is root's alone."""
    (tmp_path / "home" / "python").mkdir(parents=True)
    (tmp_path / "home").chmod(0o700)
    tmp_path.chmod(0o755)
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path / "home" / "python"))
    monkeypatch.setattr("grader.sandbox.levels._closed_to_others", only_below(tmp_path))
    return tmp_path / "home"


def only_below(top):
    """Pytest's own temporary folders are closed to others too."""
    from grader.sandbox.levels import _closed_to_others

    def look(folder):
        found = _closed_to_others(folder)
        modes = [one for one in reversed([folder, *folder.parents]) if one.is_relative_to(top)]
        return next((one for one in modes if not one.stat().st_mode & 0o001), None) if modes else found

    return look


def test_root_is_told_of_a_python_that_other_users_cannot_read(closed_python, monkeypatch):
    monkeypatch.setattr(os, "getuid", lambda: 0)
    assert cure(LANDLOCK) == f"a Python that users other than root can read: {closed_python} is closed to them"


def test_elsewhere_the_cure_is_that_of_the_level(closed_python, monkeypatch):
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    assert cure(LANDLOCK) == CURES[LANDLOCK]
    monkeypatch.setattr(os, "getuid", lambda: 0)
    assert cure(BWRAP_LANDLOCK) == CURES[BWRAP_LANDLOCK]
