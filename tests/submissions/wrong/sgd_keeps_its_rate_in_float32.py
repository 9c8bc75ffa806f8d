"""Makes an array of the learning rate, in float32 whatever the parameters are, and MXNet does not mix the two."""

from mxnet import nd


def sgd(params, lr, batch_size):
    for param in params:
        rate = nd.array([lr / batch_size], ctx=param.context)
        param[:] = param - rate * param.grad
