"""A grading process: `python -m grader.cohort.worker CHANNEL PARENT`.

It ends with the driver, however that ends, and its forkserver ends with it.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from contextlib import suppress
from typing import NoReturn

from grader.cohort.messages import Done, Down, Fault, Job, Unable, Up, Work, receive_work, send
from grader.execution import Executed, execute
from grader.passes import grade
from grader.sandbox import isolation
from grader.sandbox.client import Forkserver
from grader.sandbox.levels import open_forkserver
from grader.sandbox.problems import SandboxProblem
from grader.sandbox.protocol import ChannelProblem


def main() -> None:
    """Start a forkserver, say so, and grade until the driver closes the channel."""
    descriptor, parent = map(int, sys.argv[1:])
    channel = socket.socket(fileno=descriptor)
    channel.set_inheritable(False)
    isolation.die_with_parent()
    if os.getppid() != parent:  # it ended before the kernel had been asked
        return
    signal.signal(signal.SIGTERM, _leave)
    with suppress(ChannelProblem):
        try:
            forkserver = open_forkserver()
        except SandboxProblem as problem:
            send(channel, Down(str(problem)))
            return
        with forkserver:
            send(channel, Up(forkserver.level))
            serve(channel, forkserver)


def perform(work: Work, forkserver: Forkserver) -> Executed:
    """Raises: SandboxProblem, and whatever is wrong with us or with the notebook."""
    if isinstance(work, Job):
        return execute(work.notebook, forkserver, seed=work.seed)
    return grade(work, forkserver)


def serve(channel: socket.socket, forkserver: Forkserver) -> None:
    """Run one notebook after the other. Raises: ChannelProblem when there is no driver any more."""
    while True:
        work = receive_work(channel)
        try:
            reply: Done | Fault = Done(perform(work, forkserver))
        except SandboxProblem as problem:  # the next ones would fare no better
            send(channel, Unable(str(problem)))
            return
        except Exception as error:
            reply = Fault(f"{type(error).__name__}: {error}")
        send(channel, reply)


def _leave(number: int, frame: object) -> NoReturn:
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
