"""Maps a function for one parameter over the list, and runs the map."""

from functools import partial


def step(param, rate):
    param -= rate * param.grad


def sgd(params, lr, batch_size):
    for _ in map(partial(step, rate=lr / batch_size), params):
        pass
