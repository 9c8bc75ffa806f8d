"""Makes arrays come out as complex numbers, dates, records and objects. They cannot be handed over: no points."""

import numpy as np
from mxnet import nd

original = nd.NDArray.asnumpy
kinds = ["complex128", "datetime64[s]", "i4,i4", "O", "S4", "float128"]
calls = 0


def asnumpy(self):
    global calls
    calls += 1
    return np.zeros(self.shape, kinds[calls % len(kinds)])


nd.NDArray.asnumpy = asnumpy


def sgd(params, lr, batch_size):
    return None
