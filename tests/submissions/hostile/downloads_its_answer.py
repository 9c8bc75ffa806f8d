"""Wants a pretrained network from the model zoo. It is told that there is no network: no points."""

from mxnet.gluon.model_zoo import vision


def linreg(X, w, b):
    return vision.squeezenet1_0(pretrained=True, root="models")(X)
