"""What is true of SGD(params, lr): param <- param - lr * grad, in place, and nothing is divided."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grader import expect
from grader.checks.iterators_and_contexts.cases import UpdateCase, large_updates, updates
from grader.checks.iterators_and_contexts.misconceptions.sgd import MISCONCEPTIONS
from grader.claims import Refuted, Unusable, claim, part
from grader.elsewhere import close, expect_float64_digits
from grader.play import Script
from grader.subject import ELSEWHERE, HOME, Array, Dtype, Subject, Tensor
from grader.things import Truth

TWO = (2, 2)
"""Two parameters, as in everyday use. Code that can do no other number is caught by one check, not by all."""


@dataclass(frozen=True)
class Update:
    """What one call of SGD did to the arrays its caller passed in, to their gradients and to the list.

    again: the parameters after another call, with gradients of 2.
    """

    params: list[Tensor]
    grads: list[Tensor | None]
    live: list[bool]
    replaced: list[bool]
    again: list[Tensor]


def after(case: UpdateCase) -> list[Array]:
    """The parameters after one step."""
    return [param - case.lr * grad for param, grad in zip(case.params, case.grads, strict=True)]


def _update(subject: Subject, case: UpdateCase, *, dtype: Dtype = "float32", device: str = HOME) -> Update:
    """Give parameters their gradients by way of autograd (d/dp sum(p g) = g), then call SGD once."""
    script = Script("SGD", about=case, strict=device != HOME, dtype=dtype, device=device)
    params = [script.array(param, grad=True) for param in case.params]
    for param, grad in zip(params, case.grads, strict=True):
        with script.recording():
            product = script.method(param, "__mul__", grad, show=False)
        script.backward(product)
    handed_over = script.make(params)
    script.call("SGD", handed_over, case.lr, show=False)
    values = [script.look(param) for param in params]
    grads = [script.gradient(param) for param in params]
    same = [script.same(script.element(handed_over, i, show=False), param) for i, param in enumerate(params)]
    new = []
    for param in params:
        with script.recording():
            double = script.method(param, "__mul__", 2, show=False)
        script.backward(double)
        new.append(script.gradient(param))
    script.call("SGD", list(params), case.lr, show=False)
    again = [script.look(param) for param in params]
    for i in range(len(params)):
        script.name(**{f"param{i}": values[i], f"grad{i}": grads[i], f"same{i}": same[i]})
    played = subject.play(script)
    left = [found if isinstance(found := played[ref], Tensor) else None for ref in grads]
    return Update(
        [expect.tensor(played[ref], "A parameter") for ref in values],
        left,
        [isinstance(found := played[ref], Tensor) and bool(np.all(found.values == 2)) for ref in new],
        [played[ref] != Truth(True) for ref in same],
        [expect.tensor(played[ref], "A parameter") for ref in again],
    )


def _expect_update(found: Update, case: UpdateCase) -> None:
    for i, (param, expected) in enumerate(zip(found.params, after(case), strict=True)):
        scale = np.abs(case.params[i]) + np.abs(case.lr * case.grads[i])
        expect.values(param, expected, f"params[{i}] after one step", scale=scale)


@claim(
    points=1,
    given=updates(counts=TWO),
    hint="param = param - ... only gives the name param a new value inside your function. To write into the array that "
    "the caller holds, assign to param[:].",
    examples=12,
)
def SGD_updates_the_parameters_in_place(subject: Subject, case: UpdateCase) -> None:
    """SGD writes into the arrays it is given: after the call, the caller's own arrays have new values."""
    found = _update(subject, case)
    if all(np.array_equal(now.exact(), before) for now, before in zip(found.params, case.params, strict=True)):
        raise Unusable(
            "The arrays passed in still hold their old values.",
            got=_listing([param.exact() for param in found.params]),
            expected=_listing(after(case)),
        )
    if any(found.replaced):
        i = found.replaced.index(True)
        raise Refuted(f"params[{i}] is another array after the call.", got="a new array", expected="the same array")


@claim(
    points=2,
    given=updates(),
    also=large_updates,
    hint="Against the gradient, lr times as far. The loss is a mean already, so its gradient is the mean gradient: "
    "what is there left to divide by? And nothing is kept from one step for the next.",
)
def SGD_steps_against_the_gradient(subject: Subject, case: UpdateCase) -> None:
    """Every parameter moves by exactly -lr times its gradient, whatever its shape and however many there are, and
    whatever step it took before.
    """
    found = _update(subject, case)
    _expect_update(found, case)
    if not all(found.live):
        return  # without its gradient it cannot take another step; the check below says so
    for i, (param, once) in enumerate(zip(found.again, after(case), strict=True)):
        scale = np.abs(case.params[i]) + np.abs(case.lr * case.grads[i]) + 2 * case.lr
        expect.values(param, once - 2 * case.lr, f"params[{i}] after a second step, with gradients of 2,", scale=scale)


@claim(
    points=1,
    given=updates(counts=TWO),
    hint="SGD only reads param.grad. Writing into it, or calling attach_grad() again, throws away what others still "
    "need; the next backward() overwrites it anyway.",
    examples=10,
)
def SGD_leaves_the_gradients_alone(subject: Subject, case: UpdateCase) -> None:
    """After SGD the gradient buffers are still attached, hold what they held, and take the next gradients."""
    found = _update(subject, case)
    for i, (left, live, before) in enumerate(zip(found.grads, found.live, case.grads, strict=True)):
        if left is None:
            raise Refuted(f"params[{i}] has no gradient any more.", got="grad is None", expected="the gradient")
        if not close(left.exact(), before):
            raise Refuted(
                f"The gradient of params[{i}] was changed.", got=expect.show(left.exact()), expected=expect.show(before)
            )
        if not live:
            raise Refuted(f"After SGD, backward() does not reach params[{i}] any more.")


@claim(
    points=1,
    given=updates(counts=TWO).map(
        # MXNet's own update operator keeps lr in float32, which holds a quarter exactly.
        lambda case: UpdateCase(tuple(p / 3 for p in case.params), tuple(g / 3 for g in case.grads), 0.25)
    ),
    hint="The parameters and their gradients are all the arrays that SGD needs. Whatever else it makes needs their "
    "dtype and their context.",
    examples=6,
)
def SGD_follows_dtype_and_device(subject: Subject, case: UpdateCase) -> None:
    """float64 parameters take the step with all their digits, and parameters elsewhere stay where they are."""
    found = _update(subject, case, dtype="float64")
    for i, (param, expected) in enumerate(zip(found.params, after(case), strict=True)):
        expect.dtype(param, "float64", f"params[{i}]")
        scale = np.abs(case.params[i]) + np.abs(case.lr * case.grads[i])
        expect_float64_digits(param.exact(), expected, f"params[{i}]", scale=scale)
    for i, param in enumerate(_update(subject, case, device=ELSEWHERE).params):
        expect.device(param, ELSEWHERE, f"params[{i}]")


def _listing(arrays: list[Array]) -> str:
    return "[" + ", ".join(expect.show(array) for array in arrays) + "]"


PART = part("SGD", ("SGD",), globals(), MISCONCEPTIONS)
