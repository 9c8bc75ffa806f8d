"""A while loop that asks an iterator for the next parameter until there is none."""


def sgd(params, lr, batch_size):
    todo = iter(params)
    while True:
        param = next(todo, None)
        if param is None:
            break
        param[:] -= lr * (param.grad / batch_size)
