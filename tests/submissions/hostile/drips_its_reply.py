"""Announces a reply and sends a byte of it now and then. Every byte is progress, and none of it counts: no points."""

import os
import time


def sgd(params, lr, batch_size):
    os.write(3, b"\0\0\1\0")
    while True:
        os.write(3, b"\0")
        time.sleep(0.05)
