"""What is true of train_step(data, label, w, b, lr): one batch moved, one loss, one gradient, one step.

train_step calls the student's own to_context, net, square_loss and SGD, which have parts of their own. Nobody pays for
a mistake in those twice: what train_step does is right if it is what the mathematics says, or else if it is what comes
out when those four are called one after the other from here.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from grader import expect
from grader.checks.iterators_and_contexts import loop
from grader.checks.iterators_and_contexts.cases import TrainCase, trainings
from grader.checks.iterators_and_contexts.misconceptions.train_step import MISCONCEPTIONS
from grader.claims import Refuted, claim, part
from grader.play import Script
from grader.subject import ELSEWHERE, HOME, Array, Raised, StudentFault, Subject, Tensor
from grader.things import Device, Thing

FUNCTIONS = ("to_context", "net", "square_loss", "SGD", "train_step")
ONE = st.lists(st.integers(1, 4), min_size=1, max_size=1)
THREE = st.lists(st.integers(1, 4), min_size=2, max_size=3)
COLUMN = st.just(True)
"""Labels as a column: what becomes of flat ones is one check's business."""


class Stepped(NamedTuple):
    losses: list[Thing]
    w: Tensor
    b: Tensor


def _steps(subject: Subject, case: TrainCase, *, data_on: str = HOME, device: str = HOME) -> Stepped:
    """A step for each batch in turn, which live on `data_on`; w and b live on `device`."""
    script = Script("train_step", about=case, strict=True, device=device)
    w, b = script.array(case.w, grad=True), script.array(case.b, grad=True)
    losses = []
    for data, label in case.batches:
        batch = script.array(data, device=data_on), script.array(label, device=data_on)
        losses.append(script.call("train_step", *batch, w, b, case.lr))
    w_after, b_after = script.look(w), script.look(b)
    script.name(loss=losses[0], w=w_after, b=b_after)
    played = subject.play(script)
    return Stepped([played[ref] for ref in losses], _parameter(played[w_after], "w"), _parameter(played[b_after], "b"))


def _parameter(found: Thing, name: str) -> Tensor:
    return expect.tensor(found, name)


def _ritual(
    subject: Subject, case: TrainCase, *, data_on: str = HOME, device: str = HOME
) -> tuple[float, Array] | None:
    """The first loss, and where w and b end, if the student's other functions are called by us; None if they fail."""
    script = Script("train_step", strict=True, device=device)
    w, b = script.array(case.w, grad=True), script.array(case.b, grad=True)
    losses = []
    for data, label in case.batches:
        batch = script.array(data, device=data_on), script.array(label, device=data_on)
        moved = script.call("to_context", *batch, Device(device), show=False)
        X, y = script.element(moved, 0, show=False), script.element(moved, 1, show=False)
        with script.recording():
            yhat = script.call("net", X, w, b, show=False)
            losses.append(script.call("square_loss", yhat, y))
        script.backward(losses[-1])
        script.call("SGD", [w, b], case.lr, show=False)
    w_after, b_after = script.look(w), script.look(b)
    try:
        played = subject.play(script)
    except StudentFault:
        return None
    match played[losses[0]], played[w_after], played[b_after]:
        case Tensor() as loss, Tensor() as w_end, Tensor() as b_end:
            return float(loss.exact().sum()), loop.theta_of(w_end.exact(), b_end.exact())
    return None


def _ends(case: TrainCase) -> Array:
    theta = loop.theta_of(case.w, case.b)
    for data, label in case.batches:
        theta = loop.step(theta, data, label, case.lr)
    return theta


def _scale(case: TrainCase) -> float:
    """The size of what is added up on the way; rounding errors are proportional to it."""
    largest = max(float(np.abs(data).max(initial=1)) for data in case.data)
    labels = max(float(np.abs(label).max(initial=1)) for label in case.label)
    theta = float(np.abs(loop.theta_of(case.w, case.b)).max(initial=1))
    return 8 * (labels + 4 * largest * theta) * largest


def _close(found: Array, expected: Array, case: TrainCase) -> bool:
    return found.shape == expected.shape and bool(np.all(np.abs(found - expected) <= 1e-5 * _scale(case)))


def _expect_end(subject: Subject, found: Stepped, case: TrainCase, when: str) -> None:
    expected = _ends(case)
    got = loop.theta_of(found.w.exact(), found.b.exact())
    if not _close(got, expected, case):
        by_hand = _ritual(subject, case)
        if by_hand is not None and _close(got, by_hand[1], case):
            return
        raise Refuted(
            f"w and b are not where {when} leads.",
            got=f"w = {expect.show(got[:-1])}, b = {expect.show(got[-1])}",
            expected=f"w = {expect.show(expected[:-1])}, b = {expect.show(expected[-1])}",
        )


@claim(
    points=1,
    given=trainings(sizes=ONE, columns=COLUMN),
    hint="Compute the loss before SGD changes the parameters. asscalar() reads a number out of an array.",
    examples=12,
)
def train_step_returns_the_loss_before_the_step(subject: Subject, case: TrainCase) -> None:
    """train_step returns the loss of the batch as a number, from before the parameters moved."""
    found = expect.number(_steps(subject, case).losses[0], "The result of train_step")
    expected = loop.loss(loop.theta_of(case.w, case.b), *case.batches[0])
    allowed = 1e-5 * max(expected, 0.01 * _scale(case))
    if not abs(found - expected) <= allowed:
        by_hand = _ritual(subject, case)
        if by_hand is not None and abs(found - by_hand[0]) <= allowed:
            return
        raise Refuted("The loss is wrong.", got=expect.show(found), expected=expect.show(expected))


@claim(
    points=2,
    given=trainings(sizes=THREE, columns=COLUMN),
    hint="For every batch: record the loss, call backward on it, then SGD with both parameters. Nothing is left over "
    "from one step for the next.",
)
def train_step_takes_one_step_for_each_batch(subject: Subject, case: TrainCase) -> None:
    """Each call moves w and b by -lr times the gradient of the mean loss, in place."""
    _expect_end(subject, _steps(subject, case), case, f"a step for each of {len(case.data)} batches")


@claim(
    points=1,
    given=trainings(sizes=st.just([3]), columns=st.just(False)),
    hint="Labels of shape (m,) have to become a column before they meet predictions of shape (m, 1). You have a "
    "function for that.",
    examples=10,
)
def train_step_makes_the_labels_a_column(subject: Subject, case: TrainCase) -> None:
    """Labels of shape (m,), as a loader gives them, do as well as a column."""
    _expect_end(subject, _steps(subject, case), case, "a step with flat labels")


@claim(
    points=1,
    given=trainings(sizes=ONE, columns=COLUMN),
    hint="The parameters stay where they are, and the batch comes to them: w.context says where.",
    examples=5,
)
def train_step_moves_the_batch_to_the_parameters(subject: Subject, case: TrainCase) -> None:
    """Batches from one device train parameters on another, standing in for a GPU, and these stay there."""
    try:
        found = _steps(subject, case, data_on=HOME, device=ELSEWHERE)
    except Raised as fault:
        if fault.name in FUNCTIONS[:-1] and _ritual(subject, case, data_on=HOME, device=ELSEWHERE) is None:
            return  # one of the other functions fails there by itself, as its own part has said
        raise
    expect.device(found.w, ELSEWHERE, "w")
    expect.device(found.b, ELSEWHERE, "b")
    at_home = _steps(subject, case)
    if not (np.array_equal(found.w.values, at_home.w.values) and np.array_equal(found.b.values, at_home.b.values)):
        raise Refuted("The step is another one than where data and parameters share a device.")


PART = part("train_step", FUNCTIONS, globals(), MISCONCEPTIONS)
