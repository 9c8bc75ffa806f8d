"""Computes the step in float64 and rounds once, when it is written into the parameter."""


def sgd(params, lr, batch_size):
    for param in params:
        step = param.grad.astype("float64") * lr / batch_size
        param[:] = (param.astype("float64") - step).astype(param.dtype)
