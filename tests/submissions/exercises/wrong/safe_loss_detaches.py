"""The predictions are cut off from autograd."""

def safe_loss(y_hat, y):
    if y.size != y_hat.size:
        raise ValueError("labels do not fit")
    return (y_hat.detach() - y.reshape(y_hat.shape)) ** 2 / 2
