"""A process with everything imported, forked once per submission.

Started by `grader.sandbox.client` with a clean environment, no secret, and one descriptor: the control socket. It
serves one child at a time:

    fork  (with the child's channel attached)  ->  forked
    kill                                       ->  (nothing: the exit is what counts)
                                               ->  exit, with the wait status and the CPU time, for every child

and ends when the control socket closes. Started as root, it becomes an unprivileged user before anything else.
"""

from __future__ import annotations

import json
import os
import resource
import select
import shutil
import signal
import socket
import sys
from pathlib import Path

CONTROL = 3
NOBODY = 65534


def main() -> None:
    """The forkserver's life: drop root, import, announce, serve."""
    drop_root()
    settings = json.loads(sys.argv[1])
    sys.path.insert(0, settings["code"])
    from grader.sandbox import isolation, worker
    from grader.sandbox.limits import Limits

    control = socket.socket(fileno=CONTROL)
    control.set_inheritable(False)
    isolation.die_with_parent()
    worker.prepare()
    sys.path.remove(settings["code"])
    scratch = Path(settings["scratch"]) if settings["scratch"] else None
    os.chdir(scratch or "/")
    limits = Limits(**settings["limits"])
    skip = frozenset(settings["skip"])
    readable = [Path(path) for path in settings["readable"]]
    ruleset = isolation.landlock_ruleset(readable, [Path("/dev/null"), *([scratch] if scratch else [])])
    control.send(json.dumps({"event": "up", "threads": len(os.listdir("/proc/self/task"))}).encode())
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 4096, 1)
        if not message:
            return
        if json.loads(message)["do"] != "fork":
            continue  # a kill for a child that has already ended
        if scratch:
            wipe(scratch)
        child = os.fork()
        if child == 0:
            worker.main(descriptors[0], limits, ruleset, skip)
        os.close(descriptors[0])
        control.send(json.dumps({"event": "forked"}).encode())
        attend(control, child)


def attend(control: socket.socket, child: int) -> None:
    """Wait for a child's end, killing it when asked to, and report it. The control socket's end kills it too."""
    handle = os.pidfd_open(child)
    poller = select.poll()
    poller.register(control, select.POLLIN)
    poller.register(handle, select.POLLIN)
    ended = False
    while not ended:
        for descriptor, _ in poller.poll():
            if descriptor == handle:
                ended = True
            elif not control.recv(4096):
                os.kill(child, signal.SIGKILL)
                os._exit(0)
            else:
                os.kill(child, signal.SIGKILL)
    os.close(handle)
    _, status, usage = os.wait4(child, 0)
    seconds = usage.ru_utime + usage.ru_stime
    exit_code = os.waitstatus_to_exitcode(status)
    control.send(json.dumps({"event": "exit", "code": exit_code, "cpu": seconds, "rss": usage.ru_maxrss}).encode())


def drop_root() -> None:
    """Become nobody, for good, if this is root: root ignores some limits and owns too much."""
    if os.getuid() != 0:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)


def wipe(scratch: Path) -> None:
    """Leave nothing of one submission to the next. Raises OSError if something cannot be removed."""
    for entry in scratch.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            for folder, _, _ in os.walk(entry):
                os.chmod(folder, 0o700)
            shutil.rmtree(entry)
        else:
            entry.unlink()


if __name__ == "__main__":
    main()
