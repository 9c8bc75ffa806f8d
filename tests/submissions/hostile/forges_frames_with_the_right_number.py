"""Answers in the grader's place, with the right number and values of its own.

It is a claim like any other, and a second answer follows: no points.
"""

import os
import struct

import msgspec


def send(number, reply):
    data = msgspec.msgpack.encode({"id": number, "reply": reply})
    os.write(3, struct.pack("<I", len(data)) + data)


def sgd(params, lr, batch_size):
    array = ["float32", [], b"\0\0\0\0"]
    step = {"type": "Step", "params": [], "grads": [array], "replaced": [], "live": [0]}
    for number in range(1, 50):
        send(number, step)
