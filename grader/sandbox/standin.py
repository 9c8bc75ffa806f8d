"""The module `grader` as student code finds it in a worker.

The real one holds the checks; here `check` does nothing, because the grader checks from outside. What knows no answers,
`when_ready` and `strict_devices`, is the real thing, so that every other cell does what it did at home. And whoever
asks for the network is told that there is none, rather than that a system call was refused.
"""

from __future__ import annotations

import errno
import socket
import sys
import types
from typing import NoReturn

from grader.devices import strict_devices
from grader.stubs import when_ready


def install() -> None:
    """Replace `grader` and all its modules, and whatever else could hold an answer, by the stand-in."""
    for name in [name for name in sys.modules if name.partition(".")[0] in ("grader", "solutions")]:
        del sys.modules[name]
    module = types.ModuleType("grader", "In grading, checks run outside of the notebook.")
    module.check = check  # type: ignore[attr-defined]
    module.strict_devices = strict_devices  # type: ignore[attr-defined]
    module.when_ready = when_ready  # type: ignore[attr-defined]
    sys.modules["grader"] = module
    socket.getaddrinfo = _no_network


def check(part: object, *functions: object) -> None:
    """Nothing: the grader checks by itself, after the cell that asks for it."""


def _no_network(*asked: object, **more: object) -> NoReturn:
    raise OSError(errno.ENETUNREACH, "There is no network in grading")
