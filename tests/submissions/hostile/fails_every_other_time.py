"""Is right and wrong by turns, to upset whoever tries again with a smaller example.

Once wrong is wrong: no points.
"""

calls = 0


def sgd(params, lr, batch_size):
    global calls
    calls += 1
    if calls % 3 == 0:
        raise [NotImplementedError, KeyboardInterrupt, GeneratorExit, StopIteration, SystemExit][calls // 3 % 5]
    for param in params:
        param[:] = param - lr * param.grad / batch_size * (calls % 2)
