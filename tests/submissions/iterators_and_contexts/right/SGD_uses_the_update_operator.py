"""MXNet has an operator for this step."""

from mxnet import nd


def SGD(params, lr):
    for i in range(len(params)):
        nd.sgd_update(params[i], params[i].grad, out=params[i], lr=lr, wd=0)
