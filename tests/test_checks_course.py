"""The course's own functions, which stand in for a student's and whose marks are known before any student's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.checks import parts
from grader.checks.linreg_scratch.course import FUNCTIONS, CourseSubject, stand_in
from grader.checks.linreg_scratch.training import course_problem
from grader.local import LocalSubject
from grader.running import run_part
from grader.subject import HOME, Gradients, NotImplementedYet, Raised, Tensor, Training
from solutions import linreg

PARTS = {part.id: part for part in parts("linreg_scratch")}
REFERENCE = {name: getattr(linreg, name) for name in linreg.__all__}
RNG = np.random.default_rng(3)
NO_WAY = "Autograd finds no way back from the loss to w and b."
ARGUMENTS = {
    "linreg": (RNG.normal(size=(5, 3)), RNG.normal(size=(3, 1)), RNG.normal(size=1)),
    "squared_loss": (RNG.normal(size=(5, 1)), RNG.normal(size=5)),
}


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_courses_own_functions_get_full_marks(part: str, seed: int) -> None:
    report = run_part(PARTS[part], CourseSubject(), seed)
    assert [outcome.id for outcome in report.checks if outcome.status != "passed"] == []


@pytest.mark.parametrize("name", ARGUMENTS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_they_compute_what_the_reference_computes(name: str, dtype) -> None:
    ours, theirs = CourseSubject(), LocalSubject(REFERENCE)
    head = RNG.normal(size=(5, 1))
    asked = [subject.gradients(name, *ARGUMENTS[name], head=head, dtype=dtype) for subject in (ours, theirs)]
    for mine, reference in zip(*map(numbers, asked), strict=True):
        np.testing.assert_allclose(mine, reference, rtol=1e-5 if dtype == "float32" else 1e-14)
    called = [subject.call(name, *ARGUMENTS[name], dtype=dtype).value for subject in (ours, theirs)]
    assert all(isinstance(value, Tensor) and value.dtype == dtype and value.device == HOME for value in called)


def numbers(found: Gradients) -> list[np.ndarray]:
    assert isinstance(found.value, Tensor)
    assert found.gradients is not None
    return [found.value.exact(), *found.gradients]


def test_a_training_one_call_at_a_time_goes_where_the_loop_goes() -> None:
    problem = course_problem(np.random.default_rng(4))
    in_order = REFERENCE | {"data_iter": lambda batch_size, features, labels: [(features[:10], labels[:10])] * 4}
    student = LocalSubject(in_order)
    plan = {"lr": 0.03, "num_epochs": 2, "batch_size": 10}
    arguments = problem.features, problem.labels, problem.w, problem.b
    one = student.train(*arguments, **plan)
    for function in (None, *FUNCTIONS[1:]):
        other = stand_in(student, function).train(*arguments, **plan)
        assert len(other.epochs) == 2
        for first, second in zip(one.epochs, other.epochs, strict=True):
            np.testing.assert_allclose(second.w, first.w, rtol=1e-5)
            np.testing.assert_allclose(second.b, first.b, rtol=1e-5)
            assert len(first.batches) == len(second.batches) == 4


def test_a_stand_in_is_asked_in_place_of_one_function_and_of_no_other() -> None:
    def stub(*arguments: object) -> None:
        raise NotImplementedError

    subject = stand_in(LocalSubject(dict.fromkeys(FUNCTIONS, stub)), "squared_loss")
    subject.call("squared_loss", *ARGUMENTS["squared_loss"])
    with pytest.raises(NotImplementedYet, match="linreg"):
        subject.call("linreg", *ARGUMENTS["linreg"])
    with pytest.raises(NotImplementedYet, match="data_iter"):
        subject.batches(np.ones((2, 1)), np.ones(2), 1, limit=5)
    with pytest.raises(NotImplementedYet, match="sgd"):
        subject.step([[1.0]], [[1.0]], 0.1, 1)


def stopped(wrong: dict[str, object], ours: str | None) -> Training:
    """What a training comes to with one wrong function of a student's, and one of ours."""
    return stand_in(LocalSubject(REFERENCE | wrong), ours).train(
        np.ones((4, 2)), np.ones(4), np.zeros((2, 1)), np.zeros(1), lr=0.1, num_epochs=2, batch_size=2
    )


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"data_iter": lambda *_: None}, "data_iter returned None."),
        ({"data_iter": lambda *_: iter([1])}, "data_iter gave a batch that is not a pair of NDArrays."),
    ],
)
@pytest.mark.parametrize("ours", [None, "linreg", "squared_loss", "sgd"])
def test_a_training_without_batches_says_why(wrong, problem: str, ours: str | None) -> None:
    found = stopped(wrong, ours)
    assert (found.epochs, found.problem) == ((), problem)


@pytest.mark.parametrize("ours", [None, *FUNCTIONS])
@pytest.mark.parametrize(
    "wrong",
    [
        {"linreg": lambda *arrays: linreg.linreg(*arrays).detach()},
        {"squared_loss": lambda *_: 1.0},
        {"squared_loss": lambda *arrays: linreg.squared_loss(*arrays).detach()},
    ],
)
def test_a_training_without_a_way_back_says_so(wrong: dict[str, object], ours: str | None) -> None:
    if ours in wrong:
        assert len(stopped(wrong, ours).epochs) == 2
    else:
        found = stopped(wrong, ours)
        assert (found.epochs, found.problem) == ((), NO_WAY)


def test_what_is_not_an_array_is_met_where_the_next_function_meets_it() -> None:
    for ours in ("data_iter", "sgd"):
        with pytest.raises(Raised, match="squared_loss"):
            stopped({"linreg": lambda *_: 1.0}, ours)
    assert stopped({"linreg": lambda *_: 1.0}, "squared_loss").problem == NO_WAY


@pytest.mark.parametrize("ours", FUNCTIONS)
def test_a_stand_in_costs_few_requests(ours: str) -> None:
    subject = Counted(REFERENCE)
    problem = course_problem(np.random.default_rng(4))
    stand_in(subject, ours).train(
        problem.features, problem.labels, problem.w, problem.b, lr=0.03, num_epochs=2, batch_size=10
    )
    # Two epochs of 100 steps: the loop there, a request for each step, and two of them around our linreg.
    assert subject.requests <= {"data_iter": 2, "linreg": 402, "squared_loss": 204, "sgd": 202}[ours]


class Counted(LocalSubject):
    """Counts the requests that would go to another process: each takes one look at what is allowed to run."""

    requests = 0

    def _guard(self, *arguments: Any) -> Any:
        self.requests += 1
        return super()._guard(*arguments)


def test_a_loss_of_another_shape_still_has_a_gradient() -> None:
    subject = stand_in(
        LocalSubject(REFERENCE | {"squared_loss": lambda y_hat, y: linreg.squared_loss(y_hat, y).sum()}), "sgd"
    )
    assert run_part(PARTS["training"], subject, 1).score == 6


def test_without_a_student_all_four_are_needed() -> None:
    with pytest.raises(ValueError, match=r"own must name all of"):
        CourseSubject(own=("sgd",))
