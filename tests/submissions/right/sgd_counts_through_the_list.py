"""Counts through the list; -= on an element stores the same object again."""


def sgd(params, lr, batch_size):
    for i in range(len(params)):
        params[i] -= (lr / batch_size) * params[i].grad
