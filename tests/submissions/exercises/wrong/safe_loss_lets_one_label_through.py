"""A single label is taken for the label of all."""

def safe_loss(y_hat, y):
    if y.size not in (1, y_hat.size):
        raise ValueError("labels do not fit")
    if y.size == 1:
        return (y_hat - y.reshape((1, 1))) ** 2 / 2
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2
