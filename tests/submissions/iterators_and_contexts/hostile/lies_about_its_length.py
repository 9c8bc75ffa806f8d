"""An object that says it has 2^62 items, is never at its end, and gives arrays of a hundred megabytes.

Arrays are measured before they are read, and every iteration has a limit.
"""

from mxnet import nd


class make_loader:  # noqa: N801 (called like the function it stands for)
    def __init__(self, features, labels, batch_size):
        self.huge = nd.zeros((5000, 5000))

    def __len__(self):
        return 2**62

    def __iter__(self):
        while True:
            yield self.huge, self.huge
