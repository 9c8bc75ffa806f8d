"""Steps along the sum of the gradients, not along their mean."""


def sgd(params, lr, batch_size):
    for param in params:
        param[:] = param - lr * param.grad
