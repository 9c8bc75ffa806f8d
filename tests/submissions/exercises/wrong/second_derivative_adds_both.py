"""The buffer holds the first derivative already when the second is added."""

from mxnet import autograd, nd


def second_derivative(f, x):
    x = x.copy()
    x.attach_grad(grad_req="add")
    with autograd.record():
        y = f(x)
        slope = autograd.grad(y, x, create_graph=True, retain_graph=True)[0]
    y.backward(retain_graph=True)
    slope.backward()
    return x.grad
