"""Keeps nine tenths of the last step of each parameter."""

kept = {}


def SGD(params, lr):
    for param in params:
        _, last = kept.get(id(param), (param, 0))
        velocity = 0.9 * last + param.grad
        kept[id(param)] = param, velocity
        param[:] = param - lr * velocity
