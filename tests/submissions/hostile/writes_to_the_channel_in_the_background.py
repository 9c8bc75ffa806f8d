"""Writes rubbish to the channel from a daemon thread all the time. The process is ended: no points."""

import contextlib
import os
import threading
import time


def write():
    while True:
        with contextlib.suppress(OSError):
            os.write(3, b"\xff" * 64)
        time.sleep(0.01)


threading.Thread(target=write, daemon=True).start()


def sgd(params, lr, batch_size):
    return None
