"""Goes through float32 on the way."""


def sgd(params, lr, batch_size):
    for param in params:
        new = param.astype("float32") - lr * param.grad.astype("float32") / batch_size
        param[:] = new.astype(param.dtype)
