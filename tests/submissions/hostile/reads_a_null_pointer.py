"""Ends the process with a segmentation fault. No points."""

import ctypes


def sgd(params, lr, batch_size):
    ctypes.string_at(0)
