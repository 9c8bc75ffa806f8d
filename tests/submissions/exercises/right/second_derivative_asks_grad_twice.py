"""Both derivatives are taken by autograd.grad."""

from mxnet import autograd, nd


def second_derivative(f, x):
    x = x.copy()
    x.attach_grad()
    with autograd.record():
        (slope,) = autograd.grad(f(x), [x], create_graph=True, retain_graph=True)
        (bend,) = autograd.grad(slope, [x], retain_graph=True)
    return bend
