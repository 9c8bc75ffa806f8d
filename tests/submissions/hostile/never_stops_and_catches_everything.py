"""Loops for ever and catches whatever would stop it. Its time ends: no points."""


def sgd(params, lr, batch_size):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
