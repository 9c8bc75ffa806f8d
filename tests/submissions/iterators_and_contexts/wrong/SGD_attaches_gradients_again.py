"""Makes new gradient buffers."""


def SGD(params, lr):

    for param in params:
        param[:] = param - lr * param.grad
        param.attach_grad()
