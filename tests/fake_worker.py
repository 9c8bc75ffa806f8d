"""In the place of a grading process: does what its job says, and needs no sandbox for it.

    echo              comes back
    fault             is reported
    hang              does nothing until it is ended
    die               ends the process, every time
    die PATH          ends the process, unless PATH exists, which is made
    orphan, orphan PATH   ends its parent, in the same way
    who               comes back with the parent's number
    unable PATH       says so and ends, unless PATH exists, which is made

The environment may have it not even start: FAKE_START=down or crash.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path

from grader.cohort.messages import Done, Down, Fault, Unable, Up, receive_work, send
from grader.execution import Executed
from grader.sandbox.protocol import ChannelProblem


def main() -> None:
    channel = socket.socket(fileno=int(sys.argv[1]))
    match os.environ.get("FAKE_START"):
        case "down":
            send(channel, Down("No walls."))
            return
        case "crash":
            sys.exit("Out of everything.")
    send(channel, Up("pretended"))
    with suppress(ChannelProblem):
        while True:
            job = receive_work(channel)
            word, _, path = job.notebook.decode().partition(" ")
            if path:
                first = not Path(path).exists()
                Path(path).touch()
                word = word if first else "echo"
            match word:
                case "die":
                    os.kill(os.getpid(), signal.SIGKILL)
                case "orphan":
                    os.kill(os.getppid(), signal.SIGKILL)
                case "who":
                    send(channel, Done(Executed(notebook=str(os.getppid()).encode())))
                case "unable":
                    send(channel, Unable("No more walls."))
                    return
                case "hang":
                    time.sleep(3600)
                case "fault":
                    send(channel, Fault("KeyError: 'a detail'"))
                case _:
                    send(channel, Done(Executed(notebook=job.notebook)))


if __name__ == "__main__":
    main()
