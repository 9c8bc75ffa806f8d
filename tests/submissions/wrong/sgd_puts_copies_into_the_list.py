"""Takes the step in place and then, to be safe, puts copies into the caller's list."""


def sgd(params, lr, batch_size):
    for i, param in enumerate(params):
        param[:] = param - lr * param.grad / batch_size
        params[i] = param.copy()
