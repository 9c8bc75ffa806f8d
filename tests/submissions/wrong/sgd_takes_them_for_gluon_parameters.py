"""Calls data() and grad() as one would on a parameter of Gluon."""


def sgd(params, lr, batch_size):
    for param in params:
        param.set_data(param.data() - lr * param.grad() / batch_size)
