"""Sealed grading inside `nbgrader autograde`: a preprocessor that takes the place of nbgrader's `Execute`.

The notebook's cells run in the sandbox; a grade cell of the kit is answered from here, with a report and one number.
An instructor's own grade cells (asserts) run among the student's cells and are scored by nbgrader's rules: they are
not sealed.
"""

from __future__ import annotations

import atexit
from functools import cache
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Integer

from grader.execution import fill_outputs
from grader.sandbox.client import Forkserver
from grader.sandbox.levels import open_forkserver
from grader.seeds import PUBLIC_SEED


class SealedExecute(NbGraderPreprocessor):  # type: ignore[misc]
    """Fill in the outputs of a submission's code cells without running any of it in a process that keeps a score.

    Raises SandboxProblem where student code cannot be shut in: nbgrader then records no score at all.
    """

    seed = Integer(PUBLIC_SEED, help="The seed of the checks; the same for the whole course.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        fill_outputs(nb, shared_forkserver(), seed=self.seed)
        return nb, resources


@cache
def shared_forkserver() -> Forkserver:
    """One forkserver for the whole nbgrader command."""
    forkserver = open_forkserver()
    atexit.register(forkserver.close)
    return forkserver
