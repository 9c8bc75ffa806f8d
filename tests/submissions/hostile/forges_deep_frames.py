"""Answers with a hundred thousand lists in each other, and with a pickle that would run. No points."""

import os
import pickle
import struct


class Run:
    def __reduce__(self):
        return os.system, ("touch /tmp/owned",)


def sgd(params, lr, batch_size):
    for data in (b"\x91" * 100_000, pickle.dumps(Run())):
        os.write(3, struct.pack("<I", len(data)) + data)
