"""Names the parameter as the place for the result of a subtraction."""

from mxnet import nd


def sgd(params, lr, batch_size):
    for p in params:
        step = p.grad * (lr / batch_size)
        nd.elemwise_sub(p, step, out=p)
