"""One chain of methods, from the difference to the half."""


def squared_loss(y_hat, y):
    return y.reshape_like(y_hat).__rsub__(y_hat).square().__truediv__(2)
