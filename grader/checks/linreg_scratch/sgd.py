"""What is true of sgd(params, lr, batch_size): param <- param - lr * grad / batch_size, in place."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import partial

import numpy as np
from hypothesis import strategies as st

from grader import expect
from grader.checks.linreg_scratch.misconceptions.sgd import MISCONCEPTIONS
from grader.claims import Refuted, Unusable, claim, part
from grader.elsewhere import close, expect_as_right_as_at_home, expect_float64_digits
from grader.strategies import StepCase, assignment, large_sgd_steps, sgd_steps, single
from grader.subject import ELSEWHERE, HOME, Array, Raised, Step, Subject

TWO = (2, 2)
"""Two parameters, as in everyday use. Code that can do no other number is caught by one check, not by all."""
EVERYDAY = StepCase(
    (np.array([[1.0], [2.0]]), np.array([3.0])), (np.array([[40.0], [-60.0]]), np.array([50.0])), 0.03, 10
)
"""A step as in the notebook."""


def after(case: StepCase) -> list[Array]:
    """The parameters after one step of minibatch stochastic gradient descent; the gradients are sums over the batch."""
    return [param - case.lr * grad / case.batch_size for param, grad in zip(case.params, case.grads, strict=True)]


def _step(subject: Subject, case: StepCase) -> Step:
    return subject.step(case.params, case.grads, case.lr, case.batch_size)


LARGER = ((20, 3), (7,))
"""Shapes of two parameters with more entries than the small cases have."""


def _larger(rng: np.random.Generator) -> Iterator[StepCase]:
    """Larger parameters, gradients and batches."""
    params = tuple(single(rng.normal(size=shape)) for shape in LARGER)
    for batch_size in (10, 1000):
        yield StepCase(params, tuple(single(1000 * rng.normal(size=shape)) for shape in LARGER), 0.001, batch_size)


def _large_batches(rng: np.random.Generator) -> Iterator[StepCase]:
    """Larger parameters and batches; gradients of everyday size, larger ones are the check's before."""
    for batch_size in (128, 1000):
        params, grads = (tuple(single(rng.normal(size=shape)) for shape in LARGER) for _ in range(2))
        yield StepCase(params, grads, 0.03, batch_size)


def _at_home(subject: Subject, case: StepCase, i: int) -> Array:
    return _step(subject, case).params[i].exact()


def _expect_step(step: Step, case: StepCase, what: str) -> None:
    for i, (found, expected) in enumerate(zip(step.params, after(case), strict=True)):
        scale = np.abs(case.params[i]) + np.abs(case.lr * case.grads[i])
        expect.values(found, expected, f"params[{i}] after {what}", scale=scale)


def _moved(step: Step, case: StepCase) -> bool:
    """Whether a step arrived in any of the caller's arrays; no gradient of the case is zero."""
    return any(not np.array_equal(found.exact(), param) for found, param in zip(step.params, case.params, strict=True))


@claim(
    points=1,
    given=sgd_steps(st.just(1), counts=TWO),
    hint="param = param - ... only gives the name param a new value inside your function. The array that the "
    "caller holds is written to by an assignment to a slice of it, or by an operator that works in place.",
)
def sgd_updates_the_parameters_in_place(subject: Subject, case: StepCase) -> None:
    """sgd writes into the parameter arrays it is given: after the call, the caller's own arrays have new values."""
    step = _step(subject, case)
    if not _moved(step, case):
        got, expected = _listing([param.exact() for param in step.params]), _listing(after(case))
        what = "The arrays passed in still hold their old values"
        if _moved(_step(subject, EVERYDAY), EVERYDAY) or _moves_one(subject):
            raise Refuted(f"{what}, though after another step they do not.", got=got, expected=expected)
        # Nothing else can be said of a step that never arrives.
        raise Unusable(f"{what}.", got=got, expected=expected)
    if step.replaced:
        raise Refuted(
            f"params[{step.replaced[0]}] is another array after the call.", got="a new array", expected="the same array"
        )
    # Wrong steps have checks of their own; but if only the first calls of all take one, no other check will see it.
    if not _all_right(step, case) and any(_all_right(_step(subject, case), case) for _ in range(10)):
        raise Refuted(
            "This step, or what it left of the gradients, is wrong; the same step taken later is right.",
            got="two calls with different results",
            expected="the same from every call",
        )


def _moves_one(subject: Subject) -> bool:
    """Whether a step of a single parameter arrives."""
    case = StepCase(EVERYDAY.params[:1], EVERYDAY.grads[:1], EVERYDAY.lr, EVERYDAY.batch_size)
    try:
        return _moved(_step(subject, case), case)
    except Raised:
        return False


def _all_right(step: Step, case: StepCase) -> bool:
    """Whether a step has led where it should, and left the gradients alone."""
    return _gradients_left(step, case) and all(
        close(found.exact(), expected, scale=np.abs(param) + np.abs(case.lr * grad))
        for found, expected, param, grad in zip(step.params, after(case), case.params, case.grads, strict=True)
    )


@claim(
    points=2,
    given=sgd_steps(st.just(1)),
    also=large_sgd_steps,
    hint="Against the gradient, lr times as far. Every parameter in the list gets its own step, whatever its shape.",
)
def sgd_steps_against_the_gradient(subject: Subject, case: StepCase) -> None:
    """With batch_size 1, every parameter moves by -lr times its gradient, whatever its shape and their number."""
    _expect_step(_step(subject, case), case, "one step")


@claim(
    points=2,
    given=sgd_steps(st.integers(2, 40), counts=TWO),
    also=_large_batches,
    hint="backward() adds up the gradients of all examples in the batch. The step is for their mean.",
)
def sgd_divides_the_gradient_by_batch_size(subject: Subject, case: StepCase) -> None:
    """The gradient is a sum over the batch; the step is for the mean, so sgd divides it by batch_size."""
    _expect_step(_step(subject, case), case, f"one step with batch_size {case.batch_size}")


@claim(
    points=1,
    given=sgd_steps(st.integers(1, 40), counts=TWO),
    also=_larger,
    hint="sgd only reads param.grad. Calling attach_grad() again, or writing into param.grad, throws away what others "
    "still need; the next backward() overwrites it anyway.",
    examples=12,
)
def sgd_leaves_the_gradients_alone(subject: Subject, case: StepCase) -> None:
    """sgd only reads the gradients: each param.grad holds what it held, and the next backward() can fill it again."""
    _expect_gradients_left(_step(subject, case), case)
    for params, grads in ((case.params[:1], case.grads[:1]), (case.params * 2, case.grads * 2)):
        other = StepCase(params, grads, case.lr, case.batch_size)
        with contextlib.suppress(Raised):  # a function for two parameters only is the check above's business
            _expect_gradients_left(_step(subject, other), other)


def _expect_gradients_left(step: Step, case: StepCase) -> None:
    for i, (left, grad) in enumerate(zip(step.grads, case.grads, strict=True)):
        if left is None:
            raise Refuted(f"params[{i}] has lost its gradient.", got="None", expected=expect.show(grad))
        expect.values(left, grad, f"params[{i}].grad after the step")
    dead = sorted(set(range(len(case.params))) - set(step.live))
    if dead:
        raise Refuted(
            f"After the call, another backward() leaves params[{dead[0]}].grad as it is.",
            got="no new gradient",
            expected="the gradient of the next batch",
        )


@claim(
    points=1,
    given=st.just(
        StepCase(
            (np.array([1.0, 2.0]), np.array([3.0])),
            (np.array([1.0, -1.0]), np.array([2.0])),
            0.5,
            2,
            note=f"ctx = mx.{ELSEWHERE}",
        )
    ),
    hint="The gradient lives where its parameter lives, in the same dtype. An array made on the way is float32 and "
    "lands on cpu(0) unless you say otherwise.",
    examples=1,
)
def sgd_follows_the_device_and_dtype_of_params(subject: Subject, case: StepCase) -> None:
    """On another device (here cpu(1), in place of a GPU), sgd takes its step; float64 parameters keep all digits."""
    step = subject.step(case.params, case.grads, case.lr, case.batch_size, device=ELSEWHERE, strict=True)
    _expect_gradients_as_at_home(subject, step, case, f"on {ELSEWHERE}")
    for i, (found, expected) in enumerate(zip(step.params, after(case), strict=True)):
        expect.device(found, ELSEWHERE, f"params[{i}]")
        expect_as_right_as_at_home(
            found.exact(),
            expected,
            partial(_at_home, subject, case, i),
            f"params[{i}] after one step",
            f"on {ELSEWHERE}",
        )
    thirds = StepCase(
        tuple(param / 3 for param in case.params), case.grads, case.lr, case.batch_size, note='dtype = "float64"'
    )
    with expect.given(thirds):
        _expect_float64(subject, thirds)


def _expect_float64(subject: Subject, thirds: StepCase) -> None:
    step = subject.step(thirds.params, thirds.grads, thirds.lr, thirds.batch_size, dtype="float64")
    _expect_gradients_as_at_home(subject, step, thirds, "for float64 parameters")
    for i, (found, expected) in enumerate(zip(step.params, after(thirds), strict=True)):
        expect_float64_digits(found.exact(), expected, f"params[{i}] after one step", scale=1)
        expect_as_right_as_at_home(
            found.exact(),
            expected,
            partial(_at_home, subject, thirds, i),
            f"params[{i}] after one step",
            "for float64 parameters",
            scale=1,
        )


def _expect_gradients_as_at_home(subject: Subject, step: Step, case: StepCase, where: str) -> None:
    if _gradients_left(step, case) or not _gradients_left(_step(subject, case), case):
        return
    raise Refuted(
        f"The gradients are left alone in float32 on {HOME}, and changed {where}.",
    )


def _gradients_left(step: Step, case: StepCase) -> bool:
    return all(left is not None and close(left, grad) for left, grad in zip(step.grads, case.grads, strict=True))


def _listing(arrays: list[Array]) -> str:
    return "\n".join(assignment(f"params[{i}]", array) for i, array in enumerate(arrays))


PART = part("sgd", ("sgd",), globals(), MISCONCEPTIONS)
