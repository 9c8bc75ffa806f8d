"""One submission's run: a child, and where it has to be replaced, a fresh one that has caught up.

When a cell overruns or ends the process, that cell is left out and the others are run again, so that what comes later
still counts. When a function does so while it is checked, the notebook is brought back as it was.
"""

from __future__ import annotations

import contextlib
import time
from types import TracebackType

from grader.sandbox import protocol
from grader.sandbox.client import GRACE_SECONDS, Child, Forkserver
from grader.sandbox.problems import SandboxProblem, WorkerEnded

MAX_RESTARTS = 5
"""A submission that ends its process more often than this gets no further one."""


class Session:
    """A context manager around the run of one submission. It is a `grader.sandbox.remote.Worker`.

    seed: what the random generators of every child start from, so that a notebook draws the same numbers in every run,
    and after a restart again.
    """

    def __init__(self, forkserver: Forkserver, *, seed: int = 0) -> None:
        self._forkserver, self._seed = forkserver, seed
        self.call_seconds = forkserver.limits.call_seconds
        self._children = contextlib.ExitStack()
        self._child: Child | None = None
        self._done: list[str] = []
        self._restarts = -1
        self._until = time.monotonic() + forkserver.limits.total_seconds
        # A worker keeps to the budget by itself, as long as nobody has tampered with it. A tenth for JSON's own marks.
        self._output_left = int(1.1 * forkserver.limits.output_bytes)

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._children.close()

    def run_cell(self, source: str) -> protocol.CellOutputs:
        """Run a cell and return its outputs, unless all cells' together are more than a submission may have.

        Raises: WorkerEnded if it overran or ended the process; it is then forgotten. SandboxProblem.
        """
        outputs = self._cell(self._ready(), source)
        self._done.append(source)
        size = len(outputs.outputs.encode("utf-8", "replace"))
        if size > self._output_left:
            return protocol.CellOutputs("[]", size + max(outputs.omitted, 0))
        self._output_left -= size
        return outputs

    def ask(self, request: protocol.Request, seconds: float) -> protocol.Reply:
        """Pass a request on to a living child.

        Raises: WorkerEnded if it overran or ended the process. SandboxProblem.
        """
        child = self._ready()
        try:
            return self._timed(child, request, seconds)
        except WorkerEnded:
            self._child = None
            raise

    def _timed(self, child: Child, request: protocol.Request, seconds: float) -> protocol.Reply:
        """Ask, within what is left of the submission's time.

        That runs from the start of the session, so that our own work on what a worker sends is counted too.
        """
        left = self._until - time.monotonic()
        try:
            return child.ask(request, min(seconds, left))
        except WorkerEnded as end:
            if end.timed_out and left < seconds:
                raise self._out_of_time() from None
            raise

    def _out_of_time(self) -> WorkerEnded:
        return WorkerEnded(f"took longer than {self._forkserver.limits.total_seconds:g} seconds in all")

    def _cell(self, child: Child, source: str) -> protocol.CellOutputs:
        seconds = self._forkserver.limits.cell_seconds
        try:
            reply = self._timed(child, protocol.RunCell(source), seconds + GRACE_SECONDS)
        except WorkerEnded as end:
            self._child = None
            if end.timed_out:
                raise WorkerEnded(f"took longer than {seconds:g} seconds", timed_out=True) from None
            raise
        if not isinstance(reply, protocol.CellOutputs):
            # Only a worker whose code has been tampered with answers a cell with something else.
            child.kill()
            self._child = None
            raise WorkerEnded("sent an invalid reply", violation=True)
        return reply

    def _ready(self) -> Child:
        """A living child in which every cell so far has been run."""
        while self._child is None:
            if time.monotonic() >= self._until:
                raise self._out_of_time()
            self._restarts += 1
            if self._restarts > MAX_RESTARTS:
                raise WorkerEnded("had to be restarted too often")
            self._children.close()
            self._child = self._children.enter_context(self._forkserver.child())
            self._reseed(self._child)
            for number, source in enumerate(list(self._done)):
                try:
                    self._cell(self._child, source)
                except WorkerEnded:  # it ran before and does not now: without it, then
                    del self._done[number]
                    break
        return self._child

    def _reseed(self, child: Child) -> None:
        try:
            child.ask(protocol.Reseed(self._seed), self._forkserver.limits.start_seconds)
        except WorkerEnded as end:  # nothing of the student's has run yet
            raise SandboxProblem(f"A fresh worker {end.how}.") from None
