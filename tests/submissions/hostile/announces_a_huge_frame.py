"""Announces four gigabytes. They are not waited for: no points."""

import os
import struct

import msgspec


def send(number, reply):
    data = msgspec.msgpack.encode({"id": number, "reply": reply})
    os.write(3, struct.pack("<I", len(data)) + data)


def sgd(params, lr, batch_size):
    os.write(3, b"\xff" * 64)
