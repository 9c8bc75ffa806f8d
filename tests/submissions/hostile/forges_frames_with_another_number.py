"""Sends an answer to a question that was never asked. The process is ended: no points."""

import os
import struct

import msgspec


def send(number, reply):
    data = msgspec.msgpack.encode({"id": number, "reply": reply})
    os.write(3, struct.pack("<I", len(data)) + data)


def sgd(params, lr, batch_size):
    send(999, {"type": "Done"})
