"""Whatever a worker answers, checks get something well formed or a fault of the student's, never an exception."""

from __future__ import annotations

import os
import random
import runpy
from pathlib import Path

import msgspec
import mxnet  # noqa: F401 (its import warns; better here than within a test)
import numpy as np
import pytest

from grader import checks
from grader.local import LocalSubject
from grader.results import part_to_json
from grader.running import run_part
from grader.sandbox import protocol
from grader.sandbox.problems import WorkerEnded
from grader.sandbox.remote import MAX_TEXT, RemoteSubject
from grader.seeds import PUBLIC_SEED
from grader.subject import (
    Batch,
    Batches,
    Called,
    Crashed,
    Epoch,
    Gradients,
    Missing,
    NotAnArray,
    NotImplementedYet,
    Raised,
    Step,
    StudentFault,
    Tensor,
    TimedOut,
    Training,
)
from solutions import linreg

"""One after the other: the limit on threads counts all of a user's, and some of these start as many as they may."""

PARTS = {part.id: part for part in checks.parts("linreg_scratch")}
REFERENCE = {name: getattr(linreg, name) for name in linreg.__all__}
POINTS = runpy.run_path(str(Path(__file__).parent / "submissions/expected.py"))["CHECKS"]
FUZZ_EXAMPLES = int(os.environ.get("GRADER_FUZZ_EXAMPLES", "0"))
"""As in test_sandbox_protocol; a whole part's checks take as long as two hundred of the examples there."""
TWO = np.ones((2, 1))
TENSOR = Tensor(TWO, "cpu(0)")
NO_GRADIENTS = Gradients(TENSOR, None)
PAIR = Batch((TENSOR, TENSOR))


class Answering:
    """A worker that gives one answer to everything."""

    call_seconds = 3.0

    def __init__(self, answer: protocol.Reply | Exception) -> None:
        self._answer = answer

    def ask(self, request: protocol.Request, seconds: float) -> protocol.Reply:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


def ask(answer: protocol.Reply | Exception, method: str):
    subject = RemoteSubject(Answering(answer))
    return {
        "reseed": lambda: subject.reseed(1),
        "call": lambda: subject.call("linreg", TWO, TWO),
        "gradients": lambda: subject.gradients("linreg", TWO, np.ones(3), head=TWO),
        "batches": lambda: subject.batches(TWO, TWO, 2, passes=2, limit=3),
        "step": lambda: subject.step([TWO, np.ones(3)], [TWO, np.ones(3)], 0.1, 2),
        "train": lambda: subject.train(TWO, TWO, TWO, np.ones(1), lr=0.1, num_epochs=2, batch_size=1),
    }[method]()


EPOCH = Epoch(((TWO, TWO),), TWO, np.ones(1))
GOOD = {
    "reseed": protocol.Done(),
    "call": Called(TENSOR, (1, 0)),
    "gradients": Gradients(TENSOR, (TWO, np.ones(3))),
    "batches": Batches(((PAIR,) * 3, ()), (0, 1)),
    "step": Step((TENSOR, Tensor(np.ones(3), "cpu(0)")), (TWO, None), (0,), (1, 0)),
    "train": Training((EPOCH, EPOCH)),
}


@pytest.mark.parametrize("method", GOOD)
def test_a_consistent_reply_is_passed_on_as_it_came(method):
    found = ask(GOOD[method], method)
    if method != "reseed":
        assert protocol.encode(found) == protocol.encode(GOOD[method])


@pytest.mark.parametrize("method", GOOD)
@pytest.mark.parametrize("other", [*GOOD, "cell", "probe"])
def test_a_reply_of_another_kind_is_a_crash(method, other):
    answers = {**GOOD, "cell": protocol.CellOutputs("[]"), "probe": protocol.ProbeResult(())}
    if method != other:
        with pytest.raises(Crashed, match="something else than was asked for"):
            ask(answers[other], method)


@pytest.mark.parametrize(
    ("method", "reply"),
    [
        ("call", Called(TENSOR, (2,))),
        ("call", Called(TENSOR, (-1,))),
        ("call", Called(TENSOR, (0,) * 1000)),
        ("gradients", Gradients(TENSOR, (TWO,))),
        ("gradients", Gradients(TENSOR, (TWO, np.ones((3, 1))))),
        ("gradients", Gradients(TENSOR, ())),
        ("batches", Batches(((PAIR,),))),
        ("batches", Batches(((PAIR,),) * 3)),
        ("batches", Batches(((PAIR,),) * 3, endless=True)),
        ("batches", Batches(((PAIR,),) * 3, problem="none")),
        ("batches", Batches((), problem="none")),
        ("batches", Batches(((PAIR,) * 4, ()))),
        ("batches", Batches(((), ()), (2,))),
        ("batches", Batches(((), ()), (0, 0))),
        ("step", Step((TENSOR,), (TWO, None), (), ())),
        ("step", Step((TENSOR, TENSOR), (TWO, None), (), ())),
        ("step", Step(GOOD["step"].params, (TWO,), (), ())),
        ("step", Step(GOOD["step"].params, (TWO, TWO), (), ())),
        ("step", Step(GOOD["step"].params, (TWO, None), (2,), ())),
        ("step", Step(GOOD["step"].params, (TWO, None), (), (-1,))),
        ("step", Step(GOOD["step"].params, (TWO, None), (), (1, 1))),
        ("train", Training((EPOCH,))),
        ("train", Training((EPOCH,) * 3)),
        ("train", Training((EPOCH,) * 3, endless=True)),
        ("train", Training((EPOCH, Epoch((), np.ones(2), np.ones(1))))),
        ("train", Training((EPOCH, Epoch((), TWO, np.ones(()))))),
    ],
)
def test_a_reply_that_contradicts_the_question_is_a_crash(method, reply):
    with pytest.raises(Crashed, match="invalid reply"):
        ask(reply, method)


@pytest.mark.parametrize("method", GOOD)
@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (protocol.MissingFault("sgd", "a string"), Missing),
        (protocol.StubFault("sgd"), NotImplementedYet),
        (protocol.RaisedFault("sgd", "E", "m", 2**63, "x"), Raised),
        (protocol.TimeFault("sgd", float("nan")), TimedOut),
        (protocol.Refusal("no"), Crashed),
        (WorkerEnded("ended with an abort"), Crashed),
        (WorkerEnded("took longer", timed_out=True), TimedOut),
        (WorkerEnded("sent an invalid reply", violation=True), Crashed),
    ],
)
def test_every_fault_arrives_as_what_it_is_and_can_be_told(method, answer, fault):
    with pytest.raises(StudentFault) as caught:
        ask(answer, method)
    assert type(caught.value) is fault
    assert caught.value.sentence.endswith(".")


def test_a_call_that_took_too_long_says_how_long_it_may_take():
    with pytest.raises(TimedOut, match="3"):
        ask(WorkerEnded("took longer than 5 seconds", timed_out=True), "call")


EVIL = "\x1b]0;title\x07\x1b[31m<b>\u202e\x00\n\r\u2028" + "x" * 10**6


@pytest.mark.parametrize(
    "answer",
    [
        protocol.MissingFault(EVIL, EVIL),
        protocol.StubFault(EVIL),
        protocol.RaisedFault(EVIL, EVIL, EVIL, 1, EVIL),
        protocol.TimeFault(EVIL, 1),
        protocol.Refusal(EVIL),
    ],
)
def test_what_a_fault_says_is_short_and_harmless(answer):
    with pytest.raises(StudentFault) as caught:
        ask(answer, "call")
    harmless(caught.value.sentence)
    for text in vars(caught.value).values():
        if isinstance(text, str):
            harmless(text.removeprefix("gave something that cannot be handed over (").removesuffix(")"))
            assert len(text) <= MAX_TEXT + 60


def harmless(text: str) -> None:
    assert len(text) <= 5 * MAX_TEXT
    assert text.isprintable(), repr(text[:100])


def test_what_a_reply_says_is_short_and_harmless():
    tensor, other = Tensor(TWO, EVIL), NotAnArray(EVIL)
    found = ask(Batches(((Batch((tensor, other)), Batch(None, EVIL)), ()), problem=EVIL), "batches")
    pair, no_pair = found.passes[0]
    texts = [pair.pair[0].device, pair.pair[1].kind, no_pair.kind, found.problem]
    texts.append(ask(Training((), problem=EVIL), "train").problem)
    texts.append(ask(Called(other), "call").value.kind)
    texts.append(ask(Gradients(other, None), "gradients").value.kind)
    texts.append(ask(Step((tensor, Tensor(np.ones(3), "")), (None, None), (), ()), "step").params[0].device)
    for text in texts:
        assert len(text) <= MAX_TEXT
        harmless(text)


class Lying:
    """A worker whose functions are right, and which changes a share of its replies before it sends them."""

    call_seconds = 10.0

    def __init__(self, seed: int, share: float) -> None:
        self._random, self._share = random.Random(seed), share
        self._subject = LocalSubject(REFERENCE)

    def ask(self, request: protocol.Request, seconds: float) -> protocol.Reply:
        from grader.sandbox.worker import answer

        reply = answer(request, None, self._subject)  # type: ignore[arg-type]
        if self._random.random() < self._share:
            reply = self._lie(reply)
        try:
            return protocol.decode_reply(protocol.encode(protocol.NumberedReply(1, reply))).reply
        except protocol.ProtocolViolation:
            raise WorkerEnded("sent an invalid reply", violation=True) from None

    def _lie(self, value):
        if isinstance(value, np.ndarray):
            return self._array(value) if self._random.random() < 0.5 else value
        if isinstance(value, tuple):
            if value and self._random.random() < 0.1:
                return value[:-1] if self._random.random() < 0.5 else (*value, value[-1])
            return tuple(self._lie(item) for item in value)
        if isinstance(value, Tensor) and self._random.random() < 0.1:
            return NotAnArray("a list")
        if isinstance(value, msgspec.Struct):
            return type(value)(*(self._lie(getattr(value, field)) for field in value.__struct_fields__))
        if type(value) is int:
            return value + self._random.choice([0, 1, -1, 2**40])
        if type(value) is bool:
            return self._random.random() < 0.2
        return value

    def _array(self, array: np.ndarray) -> np.ndarray:
        shapes = [(0,), (1, 1), (array.size,), (0, 2**20), (1, *array.shape), array.shape[::-1], (0, 2), (3, 2)]
        return self._random.choice(
            [
                lambda: array * np.float64(1e308),
                lambda: array.astype(self._random.choice(sorted(protocol.DTYPES - {"float16"}))),
                lambda: array + 1,
                lambda: np.full(array.shape, self._random.choice([np.nan, np.inf])),
                lambda: np.zeros(()),
                lambda: array.reshape(-1)[::-1].reshape(array.shape),
                lambda: np.zeros(self._random.choice(shapes)),
                lambda: -array.astype(np.float64),
            ]
        )()


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("part", PARTS)
def test_no_lie_of_a_worker_upsets_a_check(part, pytestconfig):
    shares = [0.02, 0.3, 1.0]
    scores = []
    first = int(pytestconfig.getoption("--hypothesis-seed") or 0)
    for seed in range(first, first + max(12, FUZZ_EXAMPLES // 200)):
        graded = run_part(PARTS[part], RemoteSubject(Lying(seed, shares[seed % 3])), PUBLIC_SEED)
        part_to_json(graded)
        scores.append(graded.score)
    assert min(scores) < PARTS[part].max_score


class Polite:
    """A worker whose functions are wrong in every value, and which claims good manners in everything else.

    It answers in the right shapes, dtypes and devices, says that nothing was changed, replaced or cut off, and lets
    the trusted side have its own numbers back where they are no result.
    """

    call_seconds = 10.0

    def ask(self, request: protocol.Request, seconds: float) -> protocol.Reply:
        match request:
            case protocol.Reseed():
                return protocol.Done()
            case protocol.CallRequest(_, arrays, dtype, device):
                return Called(Tensor(np.full((len(arrays[0]), 1), 12345.678).astype(dtype), device))
            case protocol.GradientsRequest(_, arrays, head, dtype, device):
                values = np.full(head.shape, 12345.678).astype(dtype)
                return Gradients(Tensor(values, device), tuple(array + 777.0 for array in arrays))
            case protocol.StepRequest(params, grads, _, _, dtype, device):
                values = tuple(Tensor((param + 777.0).astype(dtype), device) for param in params)
                return Step(values, grads, (), tuple(range(len(params))))
            case protocol.TrainRequest(_, _, w, b, _, num_epochs, _):
                X = np.full((2, w.size), 777.0)
                return Training((Epoch(((X, np.ones(2)),), w + 5, b + 5),) * num_epochs)
        raise AssertionError(request)


@pytest.mark.parametrize(
    ("part", "earned"),
    [
        (
            "linreg",
            {
                "linreg_keeps_float64",
                "linreg_leaves_its_arguments_as_they_were",
                "linreg_stays_on_the_device_of_X",
            },
        ),
        (
            "squared_loss",
            {
                "squared_loss_keeps_the_shape_of_y_hat",
                "squared_loss_keeps_dtype_and_arguments",
                "squared_loss_stays_on_the_device_of_y_hat",
            },
        ),
        (
            "sgd",
            {
                "sgd_updates_the_parameters_in_place",
                "sgd_leaves_the_gradients_alone",
                "sgd_follows_the_device_and_dtype_of_params",
            },
        ),
        ("training", set()),
    ],
)
def test_claims_earn_what_good_manners_earn_and_nothing_that_is_about_values(part, earned):
    graded = run_part(PARTS[part], RemoteSubject(Polite()), PUBLIC_SEED)
    assert {check.id for check in graded.checks if check.status == "passed"} == earned
    assert set(POINTS[part]) >= earned


def test_a_function_with_good_manners_earns_the_same_without_lying():
    from mxnet import nd

    def wrong(X, w, b):
        return nd.dot(X, w) + b + 777

    honest = run_part(PARTS["linreg"], LocalSubject({"linreg": wrong}), PUBLIC_SEED)
    lying = run_part(PARTS["linreg"], RemoteSubject(Polite()), PUBLIC_SEED)
    assert lying.score <= honest.score < PARTS["linreg"].max_score


def test_orders_cannot_be_had_for_an_answer_that_names_no_rows():
    everything_empty = Batches(((),) * 20)
    graded = run_part(PARTS["data_iter"], RemoteSubject(Answering(everything_empty)), PUBLIC_SEED)
    assert graded.score == 0
