"""A process with everything imported, forked once per submission.

Started by `grader.sandbox.client` with a clean environment, no secret, and one descriptor: the control socket. It
serves one child at a time:

    fork  (with the child's channel attached)  ->  forked
    kill                                       ->  (nothing: the exit is what counts)
                                               ->  exit, with the wait status and the CPU time, for every child

and ends when the control socket closes. The order to fork says how many threads the child's user runs already, which
cannot be seen from within a namespace. Started as root, it becomes the unprivileged user that its settings name before
anything else.
"""

from __future__ import annotations

import json
import os
import resource
import secrets
import select
import signal
import socket
import sys
from pathlib import Path

LOOK_SECONDS = 0.1
"""How often the scratch folder's files are counted."""


def main() -> None:
    """The forkserver's life: drop root, import, announce, serve."""
    settings = json.loads(sys.argv.pop())
    drop_root(settings["user"])
    sys.path.insert(0, settings["code"])
    import msgspec

    sys.modules["debugpy"] = None  # type: ignore[assignment]  # ipykernel can do without, and starts sooner
    from grader.sandbox import isolation, worker

    del sys.modules["debugpy"]
    from grader.sandbox.limits import Limits

    control = socket.socket(fileno=settings["control"])
    control.set_inheritable(False)
    isolation.die_with_parent()
    notebook = worker.prepare()
    sys.path.remove(settings["code"])
    scratch = Path(settings["scratch"]) if settings["scratch"] else None
    os.chdir(scratch or "/")
    limits = Limits(**settings["limits"])
    readable = [Path(path) for path in settings["readable"]]
    ruleset = isolation.landlock_ruleset(readable, [Path("/dev/null"), *([scratch] if scratch else [])])
    walls = isolation.Walls(ruleset, isolation.seccomp_program(), frozenset(settings["skip"]))
    control.send(json.dumps({"event": "up", "threads": len(os.listdir("/proc/self/task"))}).encode())
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 4096, 1)
        if not message:
            return
        order = json.loads(message)
        if order["do"] != "fork":
            continue  # a kill for a child that has already ended
        if scratch:
            wipe(scratch)
        child = os.fork()
        if child == 0:
            allowed = msgspec.structs.replace(limits, processes=limits.processes + order["threads"])
            worker.main(descriptors[0], notebook, allowed, walls)
        os.close(descriptors[0])
        control.send(json.dumps({"event": "forked"}).encode())
        attend(control, child, scratch, limits.scratch_files)


def attend(control: socket.socket, child: int, scratch: Path | None, most_files: int) -> None:
    """Wait for a child's end, killing it when asked to or when it makes too many files, and report it.

    The control socket's end kills it too.
    """
    handle = os.pidfd_open(child)
    poller = select.poll()
    poller.register(control, select.POLLIN)
    poller.register(handle, select.POLLIN)
    ended = crowded = False
    while not ended:
        for descriptor, _ in poller.poll(LOOK_SECONDS * 1000 if scratch else None):
            if descriptor == handle:
                ended = True
            elif not control.recv(4096):
                os.kill(child, signal.SIGKILL)
                os._exit(0)
            else:
                os.kill(child, signal.SIGKILL)
        if scratch and not ended and files_below(scratch) > most_files:
            crowded = True
            os.kill(child, signal.SIGKILL)
    os.close(handle)
    _, status, usage = os.wait4(child, 0)
    report = {
        "event": "exit",
        "code": os.waitstatus_to_exitcode(status),
        "cpu": usage.ru_utime + usage.ru_stime,
        "rss": usage.ru_maxrss,
        "crowded": crowded,
    }
    control.send(json.dumps(report).encode())


def files_below(scratch: Path) -> int:
    """How many files, folders and links the file system of the scratch folder holds."""
    found = os.statvfs(scratch)
    return found.f_files - found.f_ffree


def drop_root(user: int) -> None:
    """Become `user`, for good, if this is root: root ignores some limits and owns too much."""
    if os.getuid() != 0:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def wipe(scratch: Path) -> None:
    """Leave nothing of one submission to the next. Raises OSError if something cannot be removed."""
    folders = [scratch]
    while folders:
        folder = folders.pop()
        for entry in list(os.scandir(folder)):
            if entry.is_dir(follow_symlinks=False):
                # Brought to the top, because folders in folders may go deeper than a path or a recursion can.
                os.chmod(entry.path, 0o700)
                folders.append(scratch / f"{secrets.token_hex(16)}.wiped")
                os.rename(entry.path, folders[-1])
            else:
                os.unlink(entry.path)
        if folder != scratch:
            os.rmdir(folder)


if __name__ == "__main__":
    main()
