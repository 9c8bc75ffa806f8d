"""Has its return one step too far to the right, so that the loop ends after one parameter."""


def sgd(params, lr, batch_size):
    for param in params:
        param -= lr * param.grad / batch_size
        return param
