"""Has the notebook's batch size written into it."""


def sgd(params, lr, batch_size):
    for param in params:
        param[:] = param - lr * param.grad / 10
