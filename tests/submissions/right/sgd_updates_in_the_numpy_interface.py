"""Updates in place in MXNet's numpy interface, which shares the memory of the NDArray."""


def sgd(params, lr, batch_size):
    for param in params:
        view, grad = param.as_np_ndarray(), param.grad.as_np_ndarray()
        view -= lr * grad / batch_size
