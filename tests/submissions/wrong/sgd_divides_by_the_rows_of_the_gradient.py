"""Takes the first dimension of the gradient for the batch size."""


def sgd(params, lr, batch_size):
    for param in params:
        param[:] = param - lr * param.grad / param.grad.shape[0]
