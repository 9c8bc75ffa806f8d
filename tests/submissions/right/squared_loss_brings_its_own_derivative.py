"""An autograd.Function that knows the derivative of half a square."""

from mxnet import autograd


class HalfSquare(autograd.Function):
    def forward(self, y_hat, y):
        error = y_hat - y
        self.error = error
        return error ** 2 / 2

    def backward(self, dl):
        return dl * self.error, -dl * self.error


def squared_loss(y_hat, y):
    return HalfSquare()(y_hat, y.reshape(y_hat.shape))
