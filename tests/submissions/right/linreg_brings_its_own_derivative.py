"""An autograd.Function with the derivatives worked out by hand."""

from mxnet import autograd, nd


class Linear(autograd.Function):
    # X comes last: after an input that wants no gradient, MXNet skips the gradients of all the others.
    # w is copied: backward may run when the step that changes w is already waiting for it.
    def forward(self, w, b, X):
        self.save_for_backward(w.copy(), X)
        return nd.dot(X, w) + b

    def backward(self, dy):
        w, X = self.saved_tensors
        return nd.dot(X.T, dy), dy.sum(axis=0), nd.dot(dy, w.T)


def linreg(X, w, b):
    return Linear()(w, b, X)
