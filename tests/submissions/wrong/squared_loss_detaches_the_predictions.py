"""Has its arguments the wrong way round and detaches what it takes for the labels, which are the predictions."""


def squared_loss(y, y_hat):
    return (y_hat.reshape(y.shape) - y.detach()) ** 2 / 2
