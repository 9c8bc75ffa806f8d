"""Takes memory until there is no more, and asks for more than any machine has. A MemoryError: no points."""

import numpy as np
from mxnet import nd


def sgd(params, lr, batch_size):
    taken = []
    try:
        while True:
            taken.append(np.empty(2**24))
    except MemoryError:
        taken.clear()
    nd.ones((2**15, 2**15))
