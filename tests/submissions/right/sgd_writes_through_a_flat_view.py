"""Makes flat views of parameter and gradient, so that shapes do not matter, and writes through the view."""


def sgd(params, lr, batch_size):
    for param in params:
        flat, slope = param.reshape((-1,)), param.grad.reshape((-1,))
        flat[:] = flat - lr / batch_size * slope
