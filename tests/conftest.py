"""What several test modules share, and how they are dealt out to processes."""

from __future__ import annotations

from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

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


@pytest.fixture(scope="module")
def generated(tmp_path_factory) -> Path:
    """A course with a release, to be copied (`tests.desk.open_desk`)."""
    from tests.desk import generate  # nbgrader takes a second to import, which most modules can do without

    return generate(tmp_path_factory.mktemp("generated"))


ONE_BY_ONE = ("test_submissions.py", "test_part_runner.py", "test_calibrate.py", "test_intake.py", "test_feedback.py")
"""Modules of which every test takes its time and none shares a fixture with others that is dear to make."""
TOGETHER = {
    "test_sandbox_layers.py": "sandbox",
    "test_sandbox_remote.py": "sandbox",
    "test_plays_under_attack.py": "sandbox",
    "test_exercises_under_attack.py": "sandbox",
}
"""Modules that must not run side by side: they use up what a user may have."""


class ByModule(LoadScopeScheduling):
    """Tests of a module run in one process, so that a fixture of the module (a whole term of a course) is made once."""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.split("::")[0]
        name = module.rpartition("/")[2]
        return nodeid if name in ONE_BY_ONE else TOGETHER.get(name, module)


def pytest_xdist_make_scheduler(config, log):
    return ByModule(config, log)
