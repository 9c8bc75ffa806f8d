"""What several test modules share."""

from __future__ import annotations

import pytest

from grader.sandbox.levels import open_forkserver
from grader.sandbox.limits import DEFAULT
from grader.sandbox.problems import SandboxProblem


@pytest.fixture(scope="module")
def forkserver(request):
    """One forkserver for a module's tests, with the module's LIMITS where it has any."""
    try:
        opened = open_forkserver(getattr(request.module, "LIMITS", DEFAULT))
    except SandboxProblem as problem:
        pytest.skip(str(problem))
    with opened:
        yield opened
