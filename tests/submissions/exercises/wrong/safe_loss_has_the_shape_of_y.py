"""The predictions are reshaped to the labels."""

def safe_loss(y_hat, y):
    if y.size != y_hat.size:
        raise ValueError("labels do not fit")
    return (y_hat.reshape(y.shape) - y) ** 2 / 2
