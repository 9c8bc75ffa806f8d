"""Takes care of the first parameter only."""


def sgd(params, lr, batch_size):
    param = params[0]
    param[:] = param - lr * param.grad / batch_size
