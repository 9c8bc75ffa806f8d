"""Gluon's L2 loss has the half in it; only the shape needs mending."""

from mxnet import gluon

l2 = gluon.loss.L2Loss()


def squared_loss(y_hat, y):
    return l2(y_hat, y).reshape(y_hat.shape)
