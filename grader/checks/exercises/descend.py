"""What is true of descend(features, labels, w, b, lr, num_steps): gradient descent on all examples at once."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from grader import expect
from grader.checks.exercises.cases import DescentCase, descents, no_step
from grader.checks.exercises.misconceptions.descend import MISCONCEPTIONS, path
from grader.claims import Refuted, claim, part
from grader.elsewhere import expect_float64_digits
from grader.play import Script
from grader.subject import ELSEWHERE, HOME, Array, Dtype, Subject, Tensor
from grader.things import Thing

CLOSE = 1e-4
"""Relative to the largest number on the way. Four steps in float32, each of which may double an error, stay below
16 * 4 * 6e-8."""


class Descent(NamedTuple):
    losses: Thing
    w: Tensor
    b: Tensor
    features: Tensor
    labels: Tensor


def _descend(subject: Subject, case: DescentCase, *, device: str = HOME, dtype: Dtype = "float32") -> Descent:
    script = Script("descend", about=case, strict=device != HOME, dtype=dtype, device=device)
    features, labels, w, b = (script.array(values) for values in (case.features, case.labels, case.w, case.b))
    losses = script.call("descend", features, labels, w, b, case.lr, case.num_steps)
    after = {name: script.look(ref) for name, ref in (("w", w), ("b", b), ("features", features), ("labels", labels))}
    script.name(losses=losses, w=after["w"], b=after["b"], features=after["features"], labels=after["labels"])
    played = subject.play(script)
    return Descent(played[losses], **{name: expect.tensor(played[ref], name) for name, ref in after.items()})


def _expect_losses(found: Descent, case: DescentCase) -> None:
    got = [expect.number(one, "A loss") for one in expect.items(found.losses, "The result of descend")]
    wanted, _ = path(case)
    if len(got) != len(wanted):
        raise Refuted(
            "descend must return the loss before the first step and after each.",
            got=f"{len(got)} losses",
            expected=f"{len(wanted)} losses for {case.num_steps} steps",
        )
    for number, (one, other) in enumerate(zip(got, wanted, strict=True)):
        if not abs(one - other) <= CLOSE * max(wanted):
            raise Refuted(
                f"losses[{number}] is wrong.", got=expect.show(np.array(got)), expected=expect.show(np.array(wanted))
            )


def _expect_parameters(found: Descent, case: DescentCase) -> None:
    _, thetas = path(case)
    w, b = thetas[-1][:-1].reshape(-1, 1), thetas[-1][-1:]
    size = max(float(np.abs(theta).max()) for theta in thetas)
    for name, tensor, wanted in (("w", found.w, w), ("b", found.b, b)):
        expect.shape(tensor, wanted.shape, f"{name} after descend")
        if not np.all(np.abs(tensor.exact() - wanted) <= CLOSE * size):
            raise Refuted(
                f"{name} is not where {'one step leads' if case.num_steps == 1 else f'{case.num_steps} steps lead'}.",
                got=expect.show(tensor.exact()),
                expected=expect.show(wanted),
            )


def _expect_same(found: Descent, other: Descent, message: str, *, parameters: bool = True) -> None:
    """Two calls gave the same losses, and left the same parameters."""
    pairs = [(_numbers(found), _numbers(other))]
    if parameters:
        pairs += [(found.w.exact(), other.w.exact()), (found.b.exact(), other.b.exact())]
    for one, two in pairs:
        # Not-a-number in both is the same: a step that explodes has a check of its own.
        size = float(np.max(np.abs(two), initial=0.0))
        if one.shape != two.shape or not np.allclose(one, two, rtol=CLOSE, atol=10 * CLOSE * size, equal_nan=True):
            raise Refuted(message, got=expect.show(one), expected=expect.show(two))


def _numbers(found: Descent) -> Array:
    return np.array([expect.number(one, "A loss") for one in expect.items(found.losses, "The result of descend")])


@claim(
    points=2,
    given=descents(),
    also=no_step,
    hint="One example with prediction 3 and label 1 has loss 2. Note the loss down, then take the step; after the last "
    "step, once more. Without any step there is one place, and one loss.",
    examples=15,
)
def descend_returns_the_losses_on_the_way(subject: Subject, case: DescentCase) -> None:
    """descend returns num_steps + 1 numbers: the mean of (Xw + b - y)^2 / 2 before the first step and after each."""
    _expect_losses(_descend(subject, case), case)


@claim(
    points=1,
    given=descents(),
    hint="w and b are the caller's arrays: write into them. Both gradients belong to the same place, and the loss is a "
    "mean already, so nothing else is divided.",
    examples=15,
)
def descend_moves_w_and_b(subject: Subject, case: DescentCase) -> None:
    """After descend, the caller's own w and b are where num_steps steps against the gradient of the mean loss lead."""
    _expect_parameters(_descend(subject, case), case)


@claim(
    points=1,
    given=descents(column=False),
    hint="Print the shapes of Xw + b and of y. What does subtracting one from the other give?",
    examples=10,
)
def descend_takes_flat_labels(subject: Subject, case: DescentCase) -> None:
    """Labels of shape (n,) give what labels of shape (n, 1) give."""
    flat, column = _descend(subject, case), _descend(subject, replace(case, labels=case.labels.reshape(-1, 1)))
    _expect_same(flat, column, "Labels of shape (n,) do not give what labels of shape (n, 1) give.")


@claim(
    points=1,
    given=descents(zero=True),
    hint="Zero is a start like any other. Nothing needs to be drawn, and nothing may be divided by w.",
    examples=10,
)
def descend_starts_from_zero(subject: Subject, case: DescentCase) -> None:
    """From w = 0 and b = 0 the losses fall just as they do from anywhere else with the same errors.

    Moving w, b and the labels along together changes no error, so no loss either.
    """
    moved = replace(
        case,
        w=np.ones_like(case.w),
        b=np.ones(1),
        labels=case.labels + case.features.sum(axis=1, keepdims=True) + 1,
    )
    _expect_same(
        _descend(subject, case),
        _descend(subject, moved),
        "From zero the losses are not what they are from w = 1 and b = 1 with the same errors.",
        parameters=False,
    )


@claim(
    points=1,
    given=descents(),
    hint="-=, *= and x[:] = ... write into an array. Only w and b are yours to change.",
    examples=8,
)
def descend_leaves_the_data_as_they_were(subject: Subject, case: DescentCase) -> None:
    """features and labels are the same after the call."""
    found = _descend(subject, case)
    changed = tuple(
        i
        for i, (tensor, before) in enumerate(((found.features, case.features), (found.labels, case.labels)))
        if not np.array_equal(tensor.exact(), before)
    )
    expect.unchanged(changed, ("features", "labels"))


@claim(
    points=1,
    given=st.just(
        DescentCase(np.array([[1.0], [2.0]]), np.array([[3.0], [4.0]]), np.array([[1.0]]), np.array([1.0]), 0.0625, 1)
    ),
    hint="An array made without ctx=... lands on the CPU, and without dtype=... it is float32. Use features.context "
    "and features.dtype for anything you create.",
    examples=1,
)
def descend_follows_dtype_and_device(subject: Subject, case: DescentCase) -> None:
    """On a second device, standing in for a GPU, w and b stay there, and in float64 they move with all their digits."""
    found = _descend(subject, case, device=ELSEWHERE)
    for name, tensor in (("w", found.w), ("b", found.b)):
        expect.device(tensor, ELSEWHERE, name)
    thirds = replace(case, features=case.features / 3, labels=case.labels / 7, note='dtype = "float64"')
    found = _descend(subject, thirds, dtype="float64")
    end = path(thirds)[1][-1]
    with expect.given(thirds):
        for name, tensor, wanted in (("w", found.w, end[:-1]), ("b", found.b, end[-1:])):
            expect.dtype(tensor, "float64", name)
            expect_float64_digits(tensor.exact().reshape(-1), wanted, name, scale=1.0)


PART = part("descend", ("descend",), globals(), MISCONCEPTIONS)
