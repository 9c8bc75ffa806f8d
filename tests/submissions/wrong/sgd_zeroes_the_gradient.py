"""Sets the gradient to zero after the step, as other frameworks need it."""


def sgd(params, lr, batch_size):
    for param in params:
        param[:] = param - lr * param.grad / batch_size
        param.grad[:] = 0
