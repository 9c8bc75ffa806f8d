"""Returns the new parameters, for which the caller is not waiting."""


def sgd(params, lr, batch_size):
    return [param - lr * param.grad / batch_size for param in params]
