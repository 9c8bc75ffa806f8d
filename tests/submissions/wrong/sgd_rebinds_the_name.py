"""Makes a new array for each parameter, which the caller never gets to see."""


def sgd(params, lr, batch_size):
    for param in params:
        param = param - lr * param.grad / batch_size
