"""Stops its own process, which then neither answers nor ends. It is killed: no points."""

import os
import signal


def sgd(params, lr, batch_size):
    os.kill(os.getpid(), signal.SIGSTOP)
