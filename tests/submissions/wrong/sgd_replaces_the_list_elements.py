"""Puts new arrays into the list, while the caller's own variables keep the old ones."""


def sgd(params, lr, batch_size):
    for i in range(len(params)):
        params[i] = params[i] - lr * params[i].grad / batch_size
