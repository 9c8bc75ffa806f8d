"""Makes a column of flat labels with flatten(), which leaves a column alone."""


def squared_loss(y_hat, y):
    d = y_hat - y.flatten()
    return d * d * 0.5
