"""Claims that eight million positions are alive, for the grader to look through. That is no answer: no points."""

import os
import struct

body = bytes(7 * 2**20)


def sgd(params, lr, batch_size):
    head = b"\x82\xa2id%c\xa5reply\x85\xa4type\xa4Step\xa6params\x90\xa5grads\x90\xa8replaced\x90\xa4live\xdd"
    for number in range(2, 60):
        data = head % number + struct.pack(">I", len(body)) + body
        os.write(3, struct.pack("<I", len(data)) + data)
