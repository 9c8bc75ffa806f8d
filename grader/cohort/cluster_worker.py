"""What a Dask worker runs for us: each of its threads keeps a grading process, and hands notebooks to it.

The processes are those that the local pool has (`grader.cohort.pool`), one pool of one for each thread: neither MXNet
nor anything of a student's is ever in the Dask worker itself, and a process that dies is replaced here, its notebook
tried once more. What comes in and goes out is bytes (`grader.cohort.messages`), of our own making on both sides.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from grader.cohort.messages import Down, Message, Unable, Up, decode_work, encode
from grader.cohort.pool import Pool, Task
from grader.records import grader_digest
from grader.sandbox.problems import SandboxProblem

IDLE_SECONDS = 60.0
"""After so long without work a process ends; a driver need not say that it is done, and it may have been killed."""
OTHER_GRADER = (
    "It has another version of the grader, or of a library that results depend on. Install the same there as here."
)


def prove(digest: str) -> bytes:
    """Start a grading process; `Up` with its level of isolation, or `Down` with what is in the way.

    digest: the driver's `grader_digest`; no other grader would give the same results.
    """
    if digest != grader_digest():
        return encode(Down(OTHER_GRADER))
    try:
        with _bench().pool() as pool:
            return encode(Up(pool.await_one()))
    except SandboxProblem as problem:
        return encode(Down(str(problem)))
    except Exception as error:
        return encode(Down(f"{type(error).__name__}: {error}"))


def grade(job: bytes, digest: str) -> bytes:
    """Run a notebook; `Done` or `Fault`, or `Unable` where none can be run."""
    return encode(_grade(job, digest))


def _grade(job: bytes, digest: str) -> Message:
    if digest != grader_digest():  # a worker that was started again, at the address of one that had proved itself
        return Unable(OTHER_GRADER)
    try:
        with _bench().pool() as pool:
            [(_, outcome)] = pool.run(iter([Task(None, decode_work(job))]))
            return outcome
    except SandboxProblem as problem:
        return Unable(str(problem))
    except Exception as error:
        return Unable(f"{type(error).__name__}: {error}")


class _Bench:
    """One thread's grading process, there while it is needed."""

    def __init__(self) -> None:
        self._used = threading.Lock()
        self._pool: Pool | None = None
        self._idle = threading.Timer(0, self._end)

    @contextmanager
    def pool(self) -> Iterator[Pool]:
        self._idle.cancel()
        with self._used:
            try:
                self._pool = self._pool or Pool(1)
                yield self._pool
            except BaseException:  # whatever it was, also the end of the thread: no process may stay behind
                self._close()
                raise
        self._idle = threading.Timer(IDLE_SECONDS, self._end)
        self._idle.daemon = True
        self._idle.start()

    def _end(self) -> None:
        if self._used.acquire(blocking=False):
            try:
                self._close()
            finally:
                self._used.release()

    def _close(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()


_own = threading.local()


def _bench() -> _Bench:
    if not hasattr(_own, "bench"):
        _own.bench = _Bench()
    bench: _Bench = _own.bench
    return bench
