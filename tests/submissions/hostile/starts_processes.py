"""Forks, forks twice to outlive its grading, spawns and executes. All are refused: no points, nobody left behind."""

import contextlib
import ctypes
import multiprocessing
import os
import subprocess
import time

libc = ctypes.CDLL(None)
started = []


def daemon():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(3600)
        os._exit(0)


acts = [
    daemon,
    os.forkpty,
    lambda: os.posix_spawn("/usr/bin/true", ["true"], {}),
    lambda: subprocess.run(["true"], check=True),
    lambda: subprocess.run("true", shell=True, check=True),
    lambda: os.execv("/usr/bin/true", ["true"]),
    lambda: multiprocessing.get_context("fork").Process(target=print).start(),
    lambda: multiprocessing.get_context("spawn").Pool(1),
]
for act in acts:
    with contextlib.suppress(OSError):
        act()
        started.append(act)


def sgd(params, lr, batch_size):
    if started or libc.vfork() >= 0:
        for param in params:
            param[:] = param - lr * param.grad / batch_size
