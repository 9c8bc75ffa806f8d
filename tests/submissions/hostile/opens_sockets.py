"""Tries every kind of socket there is, to phone home. None can be made: no points."""

import contextlib
import itertools
import socket
import urllib.request

made = []
for family, kind in itertools.product((1, 2, 10, 16, 17, 38, 40), (1, 2, 3)):
    with contextlib.suppress(OSError):
        made.append(socket.socket(family, kind))
for address in ("http://127.0.0.1:80", "http://example.org"):
    with contextlib.suppress(OSError):
        made.append(urllib.request.urlopen(address, timeout=1))
with contextlib.suppress(OSError):
    made.append(socket.getaddrinfo("example.org", 80))


def sgd(params, lr, batch_size):
    if made:
        for param in params:
            param[:] = param - lr * param.grad / batch_size
