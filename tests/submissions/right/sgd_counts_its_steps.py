"""Counts its calls and sums up how far it went, in global variables that nobody else needs."""

calls = 0
way = []


def sgd(params, lr, batch_size):
    global calls
    calls += 1
    rate = lr / batch_size
    for param in params:
        change = rate * param.grad
        way.append(change.norm().asscalar())
        param -= change
    if calls % 100 == 0:
        print(f"{calls} steps, {sum(way):.3f} in all")
