"""Remembers half of the last step of each parameter and adds it to the next."""

last_steps = {}


def sgd(params, lr, batch_size):
    for param in params:
        owner, last = last_steps.get(id(param), (param, 0))
        step = lr * param.grad / batch_size + 0.5 * last
        param[:] = param - step
        last_steps[id(param)] = (owner, step)
