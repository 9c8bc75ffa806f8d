"""Nothing is checked: reshape raises an error of its own."""

def safe_loss(y_hat, y):
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2
