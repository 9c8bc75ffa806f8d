"""Makes sgd a generator without end. It never runs: no points."""


def sgd(params, lr, batch_size):
    while True:
        yield params
