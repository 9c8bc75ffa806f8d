"""The grading processes, from the driver's side.

A process that ends while it has a notebook, for whatever reason, is replaced, and the notebook goes to the one that
takes its place; if that ends as well, the notebook counts as one that cannot be graded. A process that ends before it
is ready to grade says nothing about any notebook; where none gets ready, or all end and nothing comes back, it is the
machine that is in trouble, and the run ends.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, TypeVar

from grader.cohort.messages import Done, Down, Fault, Unable, Up, Work, receive_message, send
from grader.sandbox.limits import DEFAULT
from grader.sandbox.problems import SandboxProblem
from grader.sandbox.protocol import ChannelProblem

PROGRAM = "grader.cohort.worker"
START_SECONDS = 300.0
"""From nothing to a proven sandbox: 5 s on an idle machine, more while every core starts one."""
JOB_SECONDS = 3 * DEFAULT.total_seconds
"""For one notebook: its own time, twice where a forkserver has to be replaced, and ours."""
TALK_SECONDS = 60.0
"""For a message to pass, once it has begun."""
END_SECONDS = 10.0
"""For a process to clean up behind itself."""
MOST_STARTS = 3
"""Processes in a row that end before they are ready; after as many, no further one is started."""


T = TypeVar("T")


@dataclass
class Task(Generic[T]):
    """A submission, as whoever asks knows it, and what is to be done.

    ended: how the process ended that had it first, if it did.
    """

    taken: T
    job: Work
    ended: str = ""


class Pool:
    """So many grading processes. A context manager: leaving it ends them."""

    def __init__(self, size: int) -> None:
        # What a process that is killed leaves behind is removed with this. Forkservers run as other users.
        self._folder = tempfile.TemporaryDirectory(prefix="grader-cohort-", ignore_cleanup_errors=True)
        os.chmod(self._folder.name, 0o711)
        self._workers = [_Worker(self._folder.name) for _ in range(size)]
        self._ready: deque[Task[Any]] = deque()
        self._finished: list[tuple[Task[Any], Done | Fault]] = []
        self._failed_starts = self._deaths = 0
        self._most_deaths = 2 * size + 4

    def __enter__(self) -> Pool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the processes."""
        for worker in self._workers:
            worker.dismiss()
        for worker in self._workers:
            worker.end()
        self._folder.cleanup()

    def await_one(self) -> str:
        """Wait until one process can grade; its level of isolation. Raises: SandboxProblem if none can."""
        while True:
            for worker in self._workers:
                if worker.isolation:
                    return worker.isolation
            self._hear()

    def run(self, tasks: Iterator[Task[T]]) -> Iterator[tuple[Task[T], Done | Fault]]:
        """What becomes of each task, as it is known. Raises: as `together`."""
        for some in self.together(tasks):
            yield from some

    def together(self, tasks: Iterator[Task[T]]) -> Iterator[list[tuple[Task[T], Done | Fault]]]:
        """What becomes of each task, as it is known: whatever has become known since last time.

        Tasks are asked for as they are needed, a few ahead, so that none of the processes waits for us and no class
        is too large.

        Raises: SandboxProblem when no process can be had any more.
        """
        more = True
        while True:
            idle = [worker for worker in self._workers if worker.isolation and worker.task is None]
            while idle and self._ready:
                self._give(idle.pop(), self._ready.popleft())
            finished, self._finished = self._finished, []
            if finished:
                yield finished
            if more and len(self._ready) < len(self._workers) and (idle or not self._poll(0)):
                task = next(tasks, None)
                more = task is not None
                if task is not None:
                    self._ready.append(task)
            elif more or self._ready or any(worker.task for worker in self._workers):
                self._hear()
            elif not self._finished:
                return

    def _poll(self, seconds: float) -> list[_Worker]:
        poller = select.poll()
        by_descriptor = {worker.channel.fileno(): worker for worker in self._workers}
        for descriptor in by_descriptor:
            poller.register(descriptor, select.POLLIN)
        return [by_descriptor[descriptor] for descriptor, _ in poller.poll(max(0, seconds * 1000))]

    def _give(self, worker: _Worker, task: Task[Any]) -> None:
        worker.task, worker.deadline = task, time.monotonic() + JOB_SECONDS
        try:
            send(worker.channel, task.job, time.monotonic() + TALK_SECONDS)
        except ChannelProblem:
            self._lost(worker, worker.how_it_ended())

    def _hear(self) -> None:
        """Wait until somebody says something, ends, or has taken too long. Raises: SandboxProblem."""
        deadline = min(worker.deadline for worker in self._workers)
        for worker in self._poll(min(deadline - time.monotonic(), 3600)):
            self._hear_one(worker)
        for worker in list(self._workers):
            if worker.deadline <= time.monotonic():
                self._lost(worker, "took too long")

    def _hear_one(self, worker: _Worker) -> None:
        try:
            message = receive_message(worker.channel, time.monotonic() + TALK_SECONDS)
        except ChannelProblem:
            self._lost(worker, worker.how_it_ended())
            return
        match message:
            case Up(isolation):
                self._failed_starts = 0
                worker.isolation, worker.deadline = isolation, float("inf")
                if worker.task is not None:
                    self._give(worker, worker.task)
            case Down(problem):
                self._remove(worker, problem)
            case Unable(problem):
                self._lost(worker, f"could not go on ({problem})")
            case Done() | Fault() if worker.task is not None:
                self._deaths = 0
                self._finished.append((worker.task, message))
                worker.task, worker.deadline = None, float("inf")
            case _:
                self._lost(worker, "spoke out of turn")

    def _lost(self, worker: _Worker, how: str) -> None:
        """Replace a process that has ended, or is of no more use. Raises: SandboxProblem if there is no other."""
        task = worker.task
        self._deaths += task is not None
        if self._deaths > self._most_deaths:
            raise SandboxProblem(
                f"Grading processes end one after the other; the last one {how}. Is there enough memory? Fewer --jobs "
                "need less."
            )
        if not worker.isolation:
            self._failed_starts += 1
            if self._failed_starts >= MOST_STARTS:
                self._remove(worker, f"A grading process {how} before it was ready. {worker.last_words()}".strip())
                return
        elif task is not None and task.ended:
            self._finished.append((task, Fault(f"The process that graded it {task.ended}; so did another: it {how}.")))
            task = None
        elif task is not None:
            task.ended = how
        worker.dismiss()
        worker.end()
        self._workers[self._workers.index(worker)] = _Worker(self._folder.name, task)

    def _remove(self, worker: _Worker, problem: str) -> None:
        worker.dismiss()
        worker.end()
        self._workers.remove(worker)
        if worker.task is not None:
            self._ready.appendleft(worker.task)
        if not self._workers:
            raise SandboxProblem(problem)


class _Worker:
    """One grading process. task: what it has, or is to have as soon as it is ready. isolation: empty until then."""

    def __init__(self, folder: str, task: Task[Any] | None = None) -> None:
        self.task = task
        self.isolation = ""
        self.deadline = time.monotonic() + START_SECONDS
        self.channel, theirs = socket.socketpair()
        self._said = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 (`end` closes it)
        code = str(Path(__file__).resolve().parents[2])
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, [code, os.environ.get("PYTHONPATH", "")])),
            "TMPDIR": folder,
            # As many processes as cores, each with as many threads, would only be in each other's way.
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", PROGRAM, str(theirs.fileno()), str(os.getpid())],
                cwd="/",
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._said,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,  # an interrupt from the keyboard is the driver's to answer
            )

    def how_it_ended(self) -> str:
        """In words; it has closed its end of the channel."""
        with suppress(subprocess.TimeoutExpired):
            code = self.process.wait(END_SECONDS)
            return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        return "fell silent"

    def last_words(self) -> str:
        """The last line that it wrote."""
        self._said.seek(0)
        lines = self._said.read(100_000).decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else ""

    def dismiss(self) -> None:
        """Ask the process to end."""
        self.channel.close()
        self.process.terminate()

    def end(self) -> None:
        """Wait until a dismissed process has ended."""
        try:
            self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._said.close()
