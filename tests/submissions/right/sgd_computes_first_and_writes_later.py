"""Computes all the new values first and writes them into the parameters afterwards."""


def sgd(params, lr, batch_size):
    grads = [param.grad for param in params]
    new_values = [p - lr * g / batch_size for p, g in zip(params, grads)]
    for param, value in zip(params, new_values):
        value.copyto(param)
