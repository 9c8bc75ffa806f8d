"""Twice what Gluon calls the L2 loss, averaged."""

from mxnet import gluon


def square_loss(yhat, y):
    return 2 * gluon.loss.L2Loss()(yhat, y).mean()
