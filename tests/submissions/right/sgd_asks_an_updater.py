"""Creates an optimizer by its name and lets the updater made of it take the step."""

import mxnet as mx


def sgd(params, lr, batch_size):
    updater = mx.optimizer.get_updater(mx.optimizer.create("sgd", learning_rate=lr / batch_size))
    for i, p in enumerate(params):
        updater(i, p.grad, p)
