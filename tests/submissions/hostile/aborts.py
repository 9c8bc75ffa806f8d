"""Aborts, as a library with a broken heap would. No points."""

import os


def sgd(params, lr, batch_size):
    os.abort()
