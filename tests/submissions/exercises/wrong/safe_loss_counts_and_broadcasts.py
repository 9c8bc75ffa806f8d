"""The number of labels is checked, and their shape is not."""

def safe_loss(y_hat, y):
    if y.size != y_hat.size:
        raise ValueError("labels do not fit")
    return (y_hat - y) ** 2 / 2
