"""Mistakes of any size: the course's own functions, each wrong in one way by as much as `strength` says.

A strength of 0 is right. What is random draws from the subject's own generator, as a student's function does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from grader.checks.linreg_scratch.course import CourseSubject
from grader.subject import Batch, Tensor


@dataclass(frozen=True)
class Mistake:
    """A way of being wrong: the part whose function it is in, what is wrong, and the subject for a strength e.

    signs: the directions it is tried in, +e and -e. largest, smallest: the strengths between which it is tried.
    """

    part: str
    what: str
    subject: Callable[[float], CourseSubject]
    signs: tuple[int, ...] = (1, -1)
    largest: float = 0.5
    smallest: float = 1e-16


def shared(number, like):
    """A number in the dtype of an array, as MXNet makes it of a Python number."""
    return like.dtype.type(number)


def mistaken(**methods) -> Callable[[float], CourseSubject]:
    """Subjects in which some methods of `CourseSubject` are others, called with the strength after self."""

    def subject(strength: float) -> CourseSubject:
        def bound(method):
            return lambda self, *arguments, **options: method(self, strength, *arguments, **options)

        return type("Mistaken", (CourseSubject,), {name: bound(method) for name, method in methods.items()})()

    return subject


RIGHT = CourseSubject()


def scaled_gradient(index: int):
    """linreg with right values, and the gradient of one argument (0 X, 1 w, 2 b) times 1 + e."""

    def gradients(self, e, head, *arrays):
        found = list(RIGHT.linreg_gradients(head, *arrays))
        found[index] = found[index] * shared(1 + e, head)
        return tuple(found)

    return mistaken(linreg_gradients=gradients)


def scaled_argument(index: int):
    """linreg of arguments of which one (1 w, 2 b) is multiplied by 1 + e, with the gradients that belong to it."""

    def value(self, e, *arrays):
        return RIGHT.linreg(*scaled(e, arrays))

    def scaled(e, arrays):
        return [array * shared(1 + e, array) if i == index else array for i, array in enumerate(arrays)]

    def gradients(self, e, head, *arrays):
        found = list(RIGHT.linreg_gradients(head, *scaled(e, arrays)))
        found[index] = found[index] * shared(1 + e, head)
        return tuple(found)

    return mistaken(linreg=value, linreg_gradients=gradients)


def sgd_with(step):
    """sgd with another formula, step(param, grad, lr, batch_size, e)."""
    return mistaken(sgd=lambda self, e, param, grad, lr, batch_size: step(param, grad, lr, batch_size, e))


def step_of(param, grad, rate):
    return param - shared(rate, param) * grad


SGD = {
    "lr times (1 + e)": lambda param, grad, lr, m, e: step_of(param, grad, lr * (1 + e) / m),
    "batch_size times (1 + e)": lambda param, grad, lr, m, e: step_of(param, grad, lr / (m * (1 + e))),
    "batch_size to the power 1 + e": lambda param, grad, lr, m, e: step_of(param, grad, lr / m ** (1 + e)),
    "params times (1 + e), as weight decay": lambda param, grad, lr, m, e: step_of(
        param * shared(1 + e, param), grad, lr / m
    ),
    "plus e": lambda param, grad, lr, m, e: step_of(param, grad, lr / m) + shared(e, param),
}


def scaled_loss():
    return mistaken(
        squared_loss=lambda self, e, y_hat, y: RIGHT.squared_loss(y_hat, y) * shared(1 + e, y_hat),
        squared_loss_gradients=lambda self, e, head, y_hat, y: tuple(
            found * shared(1 + e, found) for found in RIGHT.squared_loss_gradients(head, y_hat, y)
        ),
    )


def loss_of_scaled_labels():
    def scaled(e, y):
        return y * shared(1 + e, y)

    return mistaken(
        squared_loss=lambda self, e, y_hat, y: RIGHT.squared_loss(y_hat, scaled(e, y)),
        squared_loss_gradients=lambda self, e, head, y_hat, y: RIGHT.squared_loss_gradients(head, y_hat, scaled(e, y)),
    )


LOSS = {
    "times (1 + e)": scaled_loss(),
    "gradient times (1 + e), values right": mistaken(
        squared_loss_gradients=lambda self, e, *arrays: tuple(
            found * shared(1 + e, found) for found in RIGHT.squared_loss_gradients(*arrays)
        )
    ),
    "y times (1 + e)": loss_of_scaled_labels(),
    "plus e": mistaken(squared_loss=lambda self, e, y_hat, y: RIGHT.squared_loss(y_hat, y) + shared(e, y_hat)),
}
LINREG = {
    "w times (1 + e)": scaled_argument(1),
    "b times (1 + e)": scaled_argument(2),
    "plus e": mistaken(linreg=lambda self, e, X, w, b: RIGHT.linreg(X, w, b) + shared(e, X)),
    "gradient of X times (1 + e), the rest right": scaled_gradient(0),
    "gradient of w times (1 + e), the rest right": scaled_gradient(1),
    "gradient of b times (1 + e), the rest right": scaled_gradient(2),
}


class KeepsItsOrder(CourseSubject):
    """A pass comes in the order of the pass before, of the same length, with a given probability."""

    def __init__(self, chance: float) -> None:
        super().__init__()
        self.chance, self.last = chance, np.arange(0)

    def order(self, n):
        if len(self.last) != n or self.rng.random() >= self.chance:
            self.last = self.rng.permutation(n)
        return self.last


def neighbours_kept(self, e, n):
    """Each row 2i + 1 comes right after row 2i with probability e, whatever the rest does."""
    starts = [row for row in range(1, n) if row % 2 == 0 or self.rng.random() >= e]
    blocks = np.split(np.arange(n), starts)
    return np.concatenate([blocks[i] for i in self.rng.permutation(len(blocks))])


def rows_kept(self, e, n):
    """Each row stays in its place with probability e; the others are shuffled among themselves."""
    order = np.arange(n)
    moved = np.flatnonzero(self.rng.random(n) >= e)
    order[moved] = self.rng.permutation(moved)
    return order


def first_row_kept(self, e, n):
    """The first row stays in its place with probability e."""
    return np.concatenate([[0], 1 + self.rng.permutation(n - 1)]) if self.rng.random() < e else self.rng.permutation(n)


def batches_kept(self, e, n):
    """With probability e, blocks of four rows stay together: they come in a new order, each shuffled in itself."""
    if self.rng.random() >= e:
        return self.rng.permutation(n)
    blocks = [self.rng.permutation(np.arange(start, min(start + 4, n))) for start in range(0, n, 4)]
    return np.concatenate([blocks[i] for i in self.rng.permutation(len(blocks))])


def swaps_with(partner):
    """Fisher and Yates's shuffle, except that the row to exchange with is another one."""

    def order(self, e, n):
        rows = np.arange(n)
        for i in range(n - 1):
            j = partner(self.rng, e, i, n)
            rows[[i, j]] = rows[[j, i]]
        return rows

    return mistaken(order=order)


def any_row(rng, e, i, n):
    return rng.integers(0 if rng.random() < e else i, n)


def itself(rng, e, i, n):
    return i if rng.random() < e else rng.integers(i, n)


class DropsARow(CourseSubject):
    """A pass lacks its last row with a given probability."""

    def __init__(self, chance: float) -> None:
        super().__init__()
        self.chance = chance

    def _pass(self, X, y, batch_size, device):
        batches = super()._pass(X, y, batch_size, device)
        return tuple(without_the_last(batches)) if self.rng.random() < self.chance else batches


def without_the_last(batches: tuple[Batch, ...]) -> Iterable[Batch]:
    """The batches without the last row of all, and without the last batch if nothing is left in it."""
    yield from batches[:-1]
    assert batches[-1].pair is not None
    X, y = (Tensor(side.values[:-1], side.device) for side in batches[-1].pair if isinstance(side, Tensor))
    if len(X.values):
        yield Batch((X, y))


SHUFFLES = {
    "a pass repeats the order of the one before, with probability e": KeepsItsOrder,
    "row 2i + 1 stays right behind row 2i, with probability e": mistaken(order=neighbours_kept),
    "every row stays in its place, with probability e": mistaken(order=rows_kept),
    "the first row stays in its place, with probability e": mistaken(order=first_row_kept),
    "blocks of four rows stay together, with probability e": mistaken(order=batches_kept),
    "a swap is left out, with probability e": swaps_with(itself),
    "a swap is with any row, not with one of those left, with probability e": swaps_with(any_row),
    "a pass lacks its last row, with probability e": DropsARow,
}


def mistakes() -> list[Mistake]:
    """All of them, in the order of the parts."""
    return [
        *(
            Mistake("data_iter", what, subject, signs=(1,), largest=1.0, smallest=1e-3)
            for what, subject in SHUFFLES.items()
        ),
        *(Mistake("linreg", what, subject) for what, subject in LINREG.items()),
        *(Mistake("squared_loss", what, subject) for what, subject in LOSS.items()),
        *(Mistake("sgd", what, sgd_with(step)) for what, step in SGD.items()),
    ]
