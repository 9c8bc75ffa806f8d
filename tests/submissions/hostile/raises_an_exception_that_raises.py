"""Raises an exception whose text raises another. It is told without its text: no points."""


class Evil(Exception):
    def __str__(self):
        raise SystemExit

    __repr__ = __str__


def sgd(params, lr, batch_size):
    raise Evil
