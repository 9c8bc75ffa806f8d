"""Student code of every kind, run in this process: what it returns, raises, prints, changes and leaves behind."""

import contextlib
import itertools
import random
import signal
import sys
import threading
import time

import mxnet as mx
import numpy as np
import pytest
from mxnet import autograd, nd

from grader.local import MAX_MESSAGE, LocalSubject, kind_of
from grader.subject import (
    ELSEWHERE,
    HOME,
    Batch,
    Called,
    Gradients,
    Missing,
    NotAnArray,
    NotImplementedYet,
    Raised,
    StudentFault,
    Tensor,
    TimedOut,
)
from solutions.linreg import data_iter, linreg, sgd, squared_loss

X, W, B = [[1.0, 2.0], [3.0, 4.0]], [[1.0], [-1.0]], [0.5]
FEATURES, LABELS = np.arange(10.0).reshape(5, 2), np.arange(5.0)


def subject(seconds: float = 5.0, **functions: object) -> LocalSubject:
    return LocalSubject(functions, seconds=seconds)


def call(function, **options) -> Called:
    return subject(linreg=function).call("linreg", X, W, B, **options)


def fault_of(function, seconds: float = 5.0) -> StudentFault:
    with pytest.raises(StudentFault) as caught:
        subject(seconds, linreg=function).call("linreg", X, W, B)
    return caught.value


def raising(error: BaseException):
    def linreg(X, w, b):
        raise error

    return linreg


# what comes back


def test_an_array_comes_back_with_values_dtype_and_device():
    value = call(linreg).value
    assert isinstance(value, Tensor)
    np.testing.assert_array_equal(value.values, [[-0.5], [-0.5]])
    assert (value.dtype, value.device) == ("float32", HOME)
    value = call(linreg, dtype="float64", device=ELSEWHERE).value
    assert isinstance(value, Tensor)
    assert (value.dtype, value.device) == ("float64", ELSEWHERE)


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        (None, "None"),
        (0.5, "a float"),
        (3, "an integer"),
        (True, "a bool"),
        ("text", "a string"),
        ([1], "a list"),
        ((1,), "a tuple"),
        ({}, "a dict"),
        (np.ones(2), "a numpy array"),
        (np.float32(1), "a numpy float32"),
        ((i for i in ()), "a generator"),
        (OSError(), "an OSError"),
        (print, "a builtin_function_or_method"),
    ],
)
def test_anything_else_is_described_in_words(made, kind):
    assert call(lambda X, w, b: made).value == NotAnArray(kind)


def test_an_ndarray_is_an_ndarray():
    assert kind_of(nd.ones(1)) == "an NDArray"


def test_an_array_of_the_numpy_interface_is_described_without_a_warning():
    """Which would be an error in a notebook that has made errors of warnings."""
    value = call(lambda X, w, b: X.as_np_ndarray()).value
    assert isinstance(value, Tensor)
    assert value.device == HOME


def test_inputs_are_arrays_of_the_dtype_and_device_asked_for():
    seen = []
    call(lambda *arrays: seen.extend(arrays), dtype="float64", device=ELSEWHERE)
    assert [(str(array.context), array.dtype, array.shape) for array in seen] == [
        (ELSEWHERE, np.float64, (2, 2)),
        (ELSEWHERE, np.float64, (2, 1)),
        (ELSEWHERE, np.float64, (1,)),
    ]


def test_changed_inputs_are_seen():
    def careless(X, w, b):
        w *= 2
        b[:] = float("nan")
        return X

    assert call(careless).changed == (1, 2)
    assert call(linreg).changed == ()


def test_a_result_that_does_not_keep_its_contents_is_seen_at_the_next_call():
    shared = nd.empty((2, 1))

    def into_one_array(X, w, b):
        shared[:] = linreg(X, w, b)
        return shared

    door = subject(into_one_array=into_one_array, linreg=linreg)
    calls = [door.call("into_one_array", [[i, 0], [0, 1]], W, B) for i in range(3)]
    assert [call.overwrote for call in calls] == [False, True, True]
    assert not door.call("linreg", X, W, B).overwrote
    assert not door.call("linreg", [[1, 0], [0, 1]], W, B).overwrote


def test_a_result_that_is_an_argument_does_not_keep_its_contents_either():
    door = subject(first=lambda X, w, b: X)
    assert [door.call("first", [[i, 0], [0, 1]], W, B).overwrote for i in range(2)] == [False, True]


def test_a_result_kept_for_an_array_is_out_of_date_when_the_array_has_new_contents():
    kept: dict[int, tuple[object, object]] = {}

    def with_a_memory(X, w, b):
        return kept.setdefault(id(X), (X, linreg(X, w, b)))[1]

    door = subject(linreg=with_a_memory)
    values = [door.call("linreg", [[i, 0], [0, 1]], W, B).value for i in range(2)]
    assert all(isinstance(value, Tensor) for value in values)
    np.testing.assert_array_equal(values[0].values, values[1].values)


def test_arrays_of_a_call_that_did_not_return_are_not_used_again():
    seen = []

    def fails_at_first(X, w, b):
        seen.append(X)
        return linreg(X, w, b) if len(seen) > 1 else 1 / 0

    door = subject(linreg=fails_at_first)
    with pytest.raises(Raised):
        door.call("linreg", X, W, B)
    for _ in range(2):
        door.call("linreg", X, W, B)
    assert seen[1] is seen[2]
    assert seen[0] is not seen[1]


def test_a_failure_that_mxnet_reports_late_belongs_to_the_call_that_caused_it():
    def late(X, w, b):
        return nd.random.normal(scale=-1, shape=(2, 1))

    with contextlib.suppress(Raised):
        call(late)
    assert isinstance(call(linreg).value, Tensor)


# what is raised


def test_a_missing_function_and_one_that_is_no_function_are_told_apart():
    with pytest.raises(Missing) as caught:
        subject().call("linreg", X)
    assert caught.value.found is None
    with pytest.raises(Missing) as caught:
        subject(linreg=nd.ones(1)).call("linreg", X)
    assert caught.value.sentence == "linreg is an NDArray, not a function."


def test_the_stub_is_not_implemented_yet_wherever_it_is_called_from():
    assert fault_of(raising(NotImplementedError())).sentence == "linreg is not implemented yet."

    def squared_loss(y_hat, y):
        raise NotImplementedError

    functions = {"data_iter": data_iter, "linreg": linreg, "squared_loss": squared_loss, "sgd": sgd}
    with pytest.raises(NotImplementedYet) as caught:
        subject(**functions).train(FEATURES, LABELS, W, B, lr=0.1, num_epochs=1, batch_size=2)
    assert caught.value.name == "squared_loss"


def test_an_exception_tells_type_message_line_and_source():
    def linreg(X, w, b):
        weights = {"w": w}
        return weights["v"]

    fault = fault_of(linreg)
    assert isinstance(fault, Raised)
    assert (fault.name, fault.type_name, fault.message) == ("linreg", "KeyError", "'v'")
    assert fault.source == 'return weights["v"]'
    assert fault.line == linreg.__code__.co_firstlineno + 2
    assert fault.sentence.startswith(f'At line {fault.line} of your cell (`return weights["v"]`), ')


def test_the_line_is_the_students_even_when_a_library_raised():
    def linreg(X, w, b):
        return nd.dot(X, nd.ones((7, 7)))

    fault = fault_of(linreg)
    assert isinstance(fault, Raised)
    assert fault.source == "return nd.dot(X, nd.ones((7, 7)))"
    assert fault.type_name == "MXNetError"
    assert "dot shape error" in fault.message
    assert "Stack trace" not in fault.message
    assert "[bt]" not in fault.message
    assert "\n" not in fault.message


def test_the_line_in_a_notebook_cell_is_found_without_a_file(monkeypatch):
    import linecache

    source = "def linreg(X, w, b):\n    return X @ w + b\n"
    filename = "/tmp/ipykernel_7/1234.py"
    monkeypatch.setitem(linecache.cache, filename, (len(source), None, source.splitlines(True), filename))
    namespace: dict = {}
    exec(compile(source, filename, "exec"), namespace)
    fault = fault_of(namespace["linreg"])
    assert isinstance(fault, Raised)
    assert (fault.type_name, fault.line, fault.source) == ("TypeError", 2, "return X @ w + b")


class Unprintable(Exception):
    def __str__(self) -> str:
        raise SystemExit(3)


class WrongText(Exception):
    def __str__(self) -> str:
        return 3  # type: ignore[return-value]


class OutsideTheFamily(BaseException):
    pass


@pytest.mark.parametrize(
    ("error", "type_name", "message"),
    [
        (SystemExit("bye"), "SystemExit", "bye"),
        (GeneratorExit(), "GeneratorExit", ""),
        (OutsideTheFamily("hello"), "OutsideTheFamily", "hello"),
        (Unprintable(), "Unprintable", ""),
        (WrongText(), "WrongText", ""),
        (RuntimeError("several\n  lines\tof it"), "RuntimeError", "several lines of it"),
        (StopIteration(), "StopIteration", ""),
        (ValueError("half a character: \ud800"), "ValueError", "half a character: ?"),
        (ExceptionGroup("two", [ValueError(), KeyError()]), "ExceptionGroup", "two (2 sub-exceptions)"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else None,
)
def test_exceptions_of_every_kind_are_reported(error, type_name, message):
    fault = fault_of(raising(error))
    assert isinstance(fault, Raised)
    assert (fault.type_name, fault.message) == (type_name, message)


def test_huge_messages_are_cut():
    fault = fault_of(raising(ValueError("x" * 10**6)))
    assert isinstance(fault, Raised)
    assert len(fault.message) == MAX_MESSAGE
    assert fault.message.endswith("x…")
    fault = fault_of(raising(ValueError("x" * MAX_MESSAGE)))
    assert isinstance(fault, Raised)
    assert fault.message == "x" * MAX_MESSAGE


def test_endless_recursion_is_an_exception_like_others():
    def linreg(X, w, b):
        return linreg(X, w, b)

    fault = fault_of(linreg)
    assert isinstance(fault, Raised)
    assert fault.type_name == "RecursionError"


def test_a_person_who_interrupts_is_obeyed():
    with pytest.raises(KeyboardInterrupt):
        call(raising(KeyboardInterrupt()))


def test_sys_exit_ends_nothing():
    assert isinstance(fault_of(lambda X, w, b: sys.exit()), Raised)


# how long it may take


def endless(X, w, b):
    while True:
        pass


def asleep(X, w, b):
    time.sleep(60)


def deaf_to_exceptions(X, w, b):
    while True:
        with contextlib.suppress(Exception):
            time.sleep(0.01)


def deaf_to_everything(X, w, b):
    while True:
        try:
            time.sleep(0.01)
        except:  # noqa: E722 (as students write it)
            continue


def deaf_and_talkative(X, w, b):
    while True:
        try:
            nd.dot(X, w).asnumpy()
        except BaseException as error:
            print("that did not work:", error)


# An alarm that happens to ring while MXNet frees an array is lost there, with a warning; the next one is not.
@pytest.mark.filterwarnings("ignore:Exception ignored:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    "function", [endless, asleep, deaf_to_exceptions, deaf_to_everything, deaf_and_talkative], ids=lambda f: f.__name__
)
def test_a_call_that_does_not_end_is_ended(function):
    tracing = sys.gettrace()
    fault = fault_of(function, seconds=0.1)
    assert isinstance(fault, TimedOut)
    assert (fault.name, fault.seconds) == ("linreg", 0.1)
    assert sys.gettrace() is tracing


def test_the_alarm_is_off_after_a_call_and_the_old_one_back():
    def mine(signum, frame):
        raise AssertionError("no alarm was set")

    before = signal.signal(signal.SIGALRM, mine)
    try:
        fault_of(endless, seconds=0.05)
        call(linreg)
        fault_of(raising(ValueError()))
        assert signal.getsignal(signal.SIGALRM) is mine
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    finally:
        signal.signal(signal.SIGALRM, before)


def test_a_debugger_goes_on_after_a_call_was_ended():
    def mine(frame, event, argument):
        return None

    tracing = sys.gettrace()
    sys.settrace(mine)
    try:
        fault_of(deaf_to_everything, seconds=0.1)
        assert sys.gettrace() is mine
    finally:
        sys.settrace(tracing)


def test_an_alarm_that_rings_while_it_is_switched_off_is_not_heard(monkeypatch):
    switch = signal.setitimer

    def ring_when_switched_off(which: int, seconds: float, interval: float = 0.0):
        if seconds == 0:
            signal.raise_signal(signal.SIGALRM)
        return switch(which, seconds, interval)

    before = signal.getsignal(signal.SIGALRM)
    monkeypatch.setattr(signal, "setitimer", ring_when_switched_off)
    assert isinstance(call(linreg).value, Tensor)
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_outside_the_main_thread_everything_works_but_the_clock():
    found: list[object] = []
    thread = threading.Thread(target=lambda: found.append(call(linreg).value))
    thread.start()
    thread.join()
    assert isinstance(found[0], Tensor)


# what it prints and leaves behind


def test_what_student_code_prints_is_swallowed(capsys):
    def linreg(X, w, b):
        for _ in range(1000):
            print("X", "=", X.shape, flush=True)
            print("to stderr", file=sys.stderr)
        sys.stdout.write("more")
        sys.stdout.writelines(["and", "more"])
        return X

    call(linreg)
    assert capsys.readouterr() == ("", "")
    print("heard again")
    assert capsys.readouterr().out == "heard again\n"


def test_autograd_records_nothing_more_whatever_student_code_switched_on():
    def linreg(X, w, b):
        autograd.set_recording(True)
        autograd.set_training(True)
        raise ValueError

    fault_of(linreg)
    assert not autograd.is_recording()
    assert not autograd.is_training()


def test_a_check_run_while_autograd_records_is_not_recorded_and_recording_goes_on():
    seen = []

    def sgd_that_looks(params, lr, batch_size):
        seen.append(autograd.is_recording())
        sgd(params, lr, batch_size)

    with autograd.record():
        step = subject(sgd=sgd_that_looks).step([[1.0]], [[2.0]], 0.5, 1)
        assert autograd.is_recording()
    np.testing.assert_array_equal(step.params[0].values, [0.0])
    assert seen == [False]


def test_reseeding_makes_all_three_generators_repeat():
    def linreg(X, w, b):
        return nd.array([random.random(), np.random.rand(), nd.random.uniform(shape=(1,)).asscalar()])

    def drawn(seed: int) -> list[float]:
        door = subject(linreg=linreg)
        door.reseed(seed)
        value = door.call("linreg", X, W, B).value
        assert isinstance(value, Tensor)
        return value.values.tolist()

    assert drawn(1) == drawn(1)
    assert all(first != second for first, second in zip(drawn(1), drawn(2), strict=True))
    drawn(10**20)  # larger than any of the three takes


# devices


def test_strict_calls_refuse_what_a_gpu_would():
    def linreg(X, w, b):
        return nd.dot(X, w) + nd.ones((2, 1))

    assert isinstance(call(linreg, device=ELSEWHERE).value, Tensor)
    with pytest.raises(Raised) as caught:
        call(linreg, device=ELSEWHERE, strict=True)
    assert "live on the same context" in caught.value.message
    assert isinstance(call(linreg, device=ELSEWHERE).value, Tensor)


# gradients


def gradients(function, head=((1.0,), (2.0,))) -> Gradients:
    return subject(linreg=function).gradients("linreg", X, W, B, head=head)


def test_gradients_are_those_of_every_argument():
    found = gradients(linreg)
    assert found.on_graph
    assert found.gradients is not None
    np.testing.assert_array_equal(found.gradients[0], [[1, -1], [2, -2]])
    np.testing.assert_array_equal(found.gradients[1], [[7], [10]])
    np.testing.assert_array_equal(found.gradients[2], [3])


def test_gradients_are_taken_on_the_device_they_are_asked_for_on():
    def at_home_only(X, w, b):
        y_hat = linreg(X, w, b)
        return y_hat if str(X.context) == HOME else y_hat.detach()

    def mixes(X, w, b):
        return linreg(X, w, b) * nd.ones((1,))

    asked = {"head": ((1.0,), (2.0,)), "device": ELSEWHERE, "strict": True}
    found = subject(linreg=linreg).gradients("linreg", X, W, B, **asked)
    assert isinstance(found.value, Tensor)
    assert found.value.device == ELSEWHERE
    np.testing.assert_array_equal(found.gradients[2], [3])
    assert not subject(linreg=at_home_only).gradients("linreg", X, W, B, **asked).on_graph
    with pytest.raises(Raised, match="live on the same context"):
        subject(linreg=mixes).gradients("linreg", X, W, B, **asked)


def without_recording(X, w, b):
    with autograd.pause():
        return nd.dot(X, w) + b


def with_buffers_taken_away(X, w, b):
    w.attach_grad(grad_req="null")
    return nd.dot(X, w) + b


@pytest.mark.parametrize(
    "function",
    [
        lambda X, w, b: linreg(X, w, b).detach(),
        lambda X, w, b: nd.array(X.asnumpy() @ w.asnumpy() + b.asnumpy()),
        lambda X, w, b: nd.zeros((2, 1)),
        without_recording,
        with_buffers_taken_away,
    ],
    ids=["detached", "through_numpy", "constant", "paused", "no_buffer"],
)
def test_a_result_off_the_graph_has_no_gradients(function):
    found = gradients(function)
    assert isinstance(found.value, Tensor)
    assert (found.gradients, found.on_graph) == (None, False)


def test_a_result_of_another_shape_or_kind_has_no_gradients_either():
    assert gradients(lambda X, w, b: linreg(X, w, b).reshape((-1,))).gradients is None
    assert gradients(lambda X, w, b: nd.sum(X)).gradients is None
    found = gradients(lambda X, w, b: None)
    assert (found.value, found.gradients) == (NotAnArray("None"), None)


class BrokenBackward(autograd.Function):
    def forward(self, X, w, b):
        return nd.dot(X, w) + b

    def backward(self, head):
        raise ValueError("inside backward")


def test_a_backward_pass_of_the_students_own_may_fail(capfd):
    with pytest.raises(Raised) as caught:
        gradients(lambda X, w, b: BrokenBackward()(X, w, b))
    assert caught.value.type_name == "MXNetError"
    assert capfd.readouterr().out == ""


def test_in_place_operators_under_record_are_refused_with_mxnets_own_words():
    def linreg(X, w, b):
        y_hat = nd.dot(X, w)
        y_hat += b
        return y_hat

    with pytest.raises(Raised, match="computational graph"):
        gradients(linreg)


# data_iter


def batches(function, **options):
    return subject(data_iter=function).batches(FEATURES, LABELS, 2, limit=12, **options)


def test_every_pass_is_drained():
    found = batches(data_iter, passes=3)
    assert [len(one_pass) for one_pass in found.passes] == [3, 3, 3]
    assert (found.changed, found.endless, found.problem) == ((), False, None)
    first = found.passes[0][0].pair
    assert first is not None
    assert [value.shape for value in first if isinstance(value, Tensor)] == [(2, 2), (2,)]


@pytest.mark.parametrize(
    ("made", "problem"),
    [
        (None, "data_iter returned None."),
        (3, "data_iter returned an integer."),
        (print, "data_iter returned a builtin_function_or_method."),
    ],
)
def test_what_cannot_be_iterated_over_is_named(made, problem):
    found = batches(lambda batch_size, features, labels: made, passes=2)
    assert (found.problem, found.passes) == (problem, ((),))


def test_lists_tuples_and_iterators_of_pairs_are_as_good_as_generators():
    for kind in (list, tuple, iter):
        found = batches(lambda *arguments, kind=kind: kind(list(data_iter(*arguments))))
        assert len(found.passes[0]) == 3
        assert all(batch.pair for batch in found.passes[0])


def test_batches_that_share_one_array_are_seen():
    def filling(batch_size, features, labels):
        X, y = nd.empty((2, 2)), nd.empty((2,))
        for i in range(0, 4, 2):
            X[:], y[:] = features[i : i + 2], labels[i : i + 2]
            yield X, y

    found = batches(filling, passes=2)
    assert found.overwrote
    # Each batch was looked at when it came.
    rows = [batch.pair[0].values.tolist() for batch in found.passes[0] if batch.pair]
    assert rows == [np.asarray(FEATURES)[:2].tolist(), np.asarray(FEATURES)[2:4].tolist()]
    assert not batches(data_iter, passes=2).overwrote
    assert not batches(lambda n, features, labels: [None, (features, labels)]).overwrote
    assert not batches(lambda n, features, labels: [(1, None), (features, labels)]).overwrote


def test_an_empty_pass_is_an_empty_pass():
    found = batches(lambda batch_size, features, labels: [], passes=2)
    assert (found.passes, found.problem) == (((), ()), None)


def test_batches_that_are_no_pairs_are_described():
    found = batches(lambda n, features, labels: [features, (1, 2, 3), [features], None, "Xy", (features, None)])
    assert found.passes[0][:5] == (
        Batch(None, "an NDArray"),
        Batch(None, "a tuple of 3"),
        Batch(None, "a list of 1"),
        Batch(None, "None"),
        Batch(None, "a string"),
    )
    last = found.passes[0][5].pair
    assert last is not None
    assert last[1] == NotAnArray("None")


def test_an_endless_pass_is_cut_off_at_the_limit():
    found = batches(lambda n, features, labels: itertools.repeat((features, labels)), passes=3)
    assert found.endless
    assert [len(one_pass) for one_pass in found.passes] == [12]


def test_a_pass_of_exactly_the_limit_is_not_endless():
    found = batches(lambda n, features, labels: [(features, labels)] * 12)
    assert (found.endless, len(found.passes[0])) == (False, 12)


def test_a_generator_that_stops_giving_is_ended_by_the_clock():
    def stuck(batch_size, features, labels):
        yield features, labels
        while True:
            pass

    with pytest.raises(TimedOut):
        subject(0.1, data_iter=stuck).batches(FEATURES, LABELS, 2, limit=12)


def test_an_exception_between_two_batches_is_reported_with_its_line():
    def data_iter(batch_size, features, labels):
        yield features, labels
        raise ValueError("no more")

    with pytest.raises(Raised) as caught:
        batches(data_iter)
    assert (caught.value.name, caught.value.source) == ("data_iter", 'raise ValueError("no more")')


def test_a_data_iter_that_shuffles_its_arguments_is_seen():
    def data_iter(batch_size, features, labels):
        yield features, labels
        labels[:] = labels[::-1]

    assert batches(data_iter).changed == (1,)
    assert batches(data_iter, passes=2).changed == ()  # two reversals later nobody can tell


# sgd


def step(function, params=((1.0, 2.0), (3.0,)), grads=((10.0, 20.0), (30.0,))):
    return subject(sgd=function).step([list(p) for p in params], [list(g) for g in grads], 0.5, 5)


def test_a_step_is_seen_in_the_callers_arrays():
    found = step(sgd)
    np.testing.assert_array_equal(found.params[0].values, [0, 0])
    np.testing.assert_array_equal(found.params[1].values, [0])
    assert [grad.tolist() if grad is not None else None for grad in found.grads] == [[10, 20], [30]]
    assert (found.replaced, found.live) == ((), (0, 1))


def test_sgd_sees_a_list_of_parameters_with_their_gradients():
    seen = []

    def sgd(params, lr, batch_size):
        seen.append((type(params), [param.grad.asnumpy().tolist() for param in params], lr, batch_size))

    step(sgd)
    assert seen == [(list, [[10, 20], [30]], 0.5, 5)]


def test_a_step_that_only_rebinds_a_name_changes_nothing():
    def sgd(params, lr, batch_size):
        for param in params:
            param = param - lr * param.grad / batch_size

    found = step(sgd)
    np.testing.assert_array_equal(found.params[0].values, [1, 2])
    assert (found.replaced, found.live) == ((), (0, 1))


def test_a_list_given_new_arrays_is_noticed():
    def sgd(params, lr, batch_size):
        params[1] = params[1] - lr * params[1].grad / batch_size

    found = step(sgd)
    np.testing.assert_array_equal(found.params[1].values, [3])
    assert (found.replaced, found.live) == ((1,), (0, 1))


def test_a_list_that_was_emptied_is_noticed():
    found = step(lambda params, lr, batch_size: params.clear())
    assert found.replaced == (0, 1)


def test_a_gradient_buffer_made_anew_is_noticed():
    def sgd(params, lr, batch_size):
        params[0].attach_grad()

    found = step(sgd)
    assert found.grads[0] is not None
    assert found.grads[0].tolist() == [0, 0]
    assert found.grads[1] is not None
    assert found.grads[1].tolist() == [30]


def test_a_gradient_buffer_taken_away_is_noticed():
    def sgd(params, lr, batch_size):
        params[1].attach_grad(grad_req="null")

    found = step(sgd)
    assert found.grads[1] is None or not found.grads[1].any()
    assert found.live == (0,)


def test_gradients_set_to_zero_are_noticed():
    def sgd(params, lr, batch_size):
        params[0].grad[:] = 0

    found = step(sgd)
    assert [grad.tolist() if grad is not None else None for grad in found.grads] == [[0, 0], [30]]
    assert found.live == (0, 1)


def test_parameters_may_have_any_shape_and_number():
    shapes = [(1,), (2, 3, 1), (1, 1), (4,)]
    found = subject(sgd=sgd).step([np.ones(shape) for shape in shapes], [np.ones(shape) for shape in shapes], 1.0, 1)
    assert [param.shape for param in found.params] == shapes
    assert not any(param.values.any() for param in found.params)
    assert found.live == (0, 1, 2, 3)


def test_a_step_in_float64_on_the_other_device_stays_there():
    found = subject(sgd=sgd).step([[1.0]], [[1 / 3]], 1.0, 1, dtype="float64", device=ELSEWHERE, strict=True)
    assert (found.params[0].device, found.params[0].dtype) == (ELSEWHERE, "float64")
    assert found.params[0].values[0] == 1 - 1 / 3


# training


def train(**replaced):
    functions = {"data_iter": data_iter, "linreg": linreg, "squared_loss": squared_loss, "sgd": sgd, **replaced}
    return subject(**functions).train(FEATURES, LABELS, np.zeros((2, 1)), [0.0], lr=0.01, num_epochs=2, batch_size=2)


def test_training_gives_every_batch_and_the_parameters_after_each_epoch():
    found = train()
    assert (found.endless, found.problem) == (False, None)
    assert [[len(X) for X, _ in epoch.batches] for epoch in found.epochs] == [[2, 2, 1], [2, 2, 1]]
    assert sorted(row[0] for X, _ in found.epochs[0].batches for row in X.tolist()) == [0, 2, 4, 6, 8]
    theta = np.zeros(3)
    for epoch in found.epochs:
        for X_batch, y in epoch.batches:
            A = np.hstack([X_batch, np.ones((len(X_batch), 1))])
            theta -= 0.01 * A.T @ (A @ theta - y) / 2
        np.testing.assert_allclose(np.concatenate([epoch.w.reshape(-1), epoch.b]), theta, rtol=1e-5)


def test_training_says_why_it_cannot_go_on():
    assert train(data_iter=lambda n, X, y: None).problem == "data_iter gave nothing to iterate over."
    assert train(squared_loss=lambda y_hat, y: 1.5).problem == "squared_loss returned a float."
    assert train(data_iter=lambda n, X, y: itertools.repeat((X[:2], y[:2]))).endless


def test_an_exception_during_training_names_the_function_it_came_from():
    def sgd(params, lr, batch_size):
        params[0] -= params[2]

    with pytest.raises(Raised) as caught:
        train(sgd=sgd)
    assert (caught.value.name, caught.value.source) == ("sgd", "params[0] -= params[2]")
    for broken in (lambda n, X, y: [X], lambda n, X, y: [(1, 2, 3)], lambda n, X, y: [None]):
        with pytest.raises(Raised):
            train(data_iter=broken)
    with pytest.raises(Raised):
        train(squared_loss=lambda y_hat, y: squared_loss(y_hat, y).detach())
    with pytest.raises(Missing):
        train(sgd=3)
    assert not autograd.is_recording()


def test_a_device_named_by_nobody_is_the_first_cpu():
    assert str(mx.current_context()) == HOME
