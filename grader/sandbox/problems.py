"""What can go wrong around a sandbox, and whose trouble it is.

SandboxProblem   ours: no isolation here, a forkserver that does not start. Nobody is graded.
WorkerEnded      the student's: a child is gone, and how.
"""

from __future__ import annotations


class SandboxProblem(Exception):
    """Student code cannot be run safely here; the message says why, and what to do."""


class WorkerEnded(Exception):
    """A child is gone. `how` ends the sentence "it ..." for the student; `violation` if it broke the protocol."""

    def __init__(self, how: str, *, timed_out: bool = False, violation: bool = False) -> None:
        super().__init__(how)
        self.how, self.timed_out, self.violation = how, timed_out, violation
