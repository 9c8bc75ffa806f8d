"""Sends an array with a length that no array can have. The process is ended: no points, and the grader is well."""

import os
import struct

import msgspec


def send(number, reply):
    data = msgspec.msgpack.encode({"id": number, "reply": reply})
    os.write(3, struct.pack("<I", len(data)) + data)


def sgd(params, lr, batch_size):
    value = {"type": "Tensor", "values": ["float32", [0, 2**63], b""], "device": "cpu(0)"}
    for number in range(1, 50):
        send(number, {"type": "Called", "value": value})
