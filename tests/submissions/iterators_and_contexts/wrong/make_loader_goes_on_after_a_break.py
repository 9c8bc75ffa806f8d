"""A loop that is left early leaves its place in the pass to the next one."""

import numpy as np
from mxnet import nd
class make_loader:
    def __init__(self, X, y, k):
        self.X, self.y, self.k = X, y, k
        self.reset()
    def reset(self):
        self.order = np.random.permutation(len(self.X)); self.i = 0
    def __len__(self):
        return -(-len(self.X) // self.k)
    def __iter__(self):
        return self
    def __next__(self):
        if self.i >= len(self.X):
            self.reset()
            raise StopIteration
        rows = nd.array(self.order[self.i : self.i + self.k], dtype="int64", ctx=self.X.context)
        self.i += self.k
        return self.X.take(rows), self.y.take(rows)
