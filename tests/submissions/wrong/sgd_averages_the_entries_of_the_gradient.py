"""Takes the mean over the entries of a gradient for the mean over the examples."""


def sgd(params, lr, batch_size):
    for param in params:
        param[:] = param - lr * param.grad.mean()
