"""Predicts one example at a time and stacks the predictions."""

from mxnet import nd


def linreg(X, w, b):
    weights = w[:, 0]
    predictions = []
    for x in X:
        predictions.append(nd.sum(x * weights) + b)
    return nd.stack(*predictions)
