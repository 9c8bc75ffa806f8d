"""`LocalSubject`: a student's functions in this very process, as when they press Run in their notebook.

Convenient and unsealed: whatever runs here can also reach the checks. Grading that must not be forged uses another
door.
"""

from __future__ import annotations

import contextlib
import io
import linecache
import random
import re
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import FrameType
from typing import Any

import mxnet as mx
import numpy as np
import numpy.typing as npt
from mxnet import autograd, nd

from grader.devices import strict_devices
from grader.play import Played, Script
from grader.player import NO_GRAPH, Player
from grader.subject import (
    CALL_SECONDS,
    HOME,
    PATIENCE,
    Batch,
    Batches,
    Called,
    Dtype,
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
    Value,
)

MAX_MESSAGE = 400
"""Characters kept of an exception's message."""


CONDITION = re.compile(r"^Check failed: .*?\S ?: (?=[A-Za-z]\w* [a-z])")
"""What MXNet writes before a sentence: `Check failed: l == 1 || r == 1: operands could not be broadcast together`."""


class _OutOfTime(BaseException):
    """Raised by the alarm inside student code; a BaseException, so that `except Exception` does not swallow it."""


class _Nowhere(io.TextIOBase):
    """A text file that keeps nothing, however much a student's loop prints."""

    def write(self, text: str) -> int:
        return len(text)


class LocalSubject:
    """`grader.subject.Subject` over functions of this process, looked up by name in `functions`.

    Student output is swallowed while a check runs. Outside the main thread there is no alarm, hence no time limit.

    seconds: how much CPU time a call may take.
    beside_hypothesis: whether checks run in this process too. Then student code has random streams of its own, as it
        would in another process: Hypothesis sets Python's and numpy's generators back before every case, and what a
        notebook draws after a check must not depend on it. (MXNet's state cannot be read.)
    """

    def __init__(
        self, functions: Mapping[str, object], *, seconds: float = CALL_SECONDS, beside_hypothesis: bool = True
    ) -> None:
        self._functions = functions
        self._seconds = seconds
        self._streams = _Streams() if beside_hypothesis else None
        self._inputs: dict[tuple[object, ...], Any] = {}
        self._returned: tuple[object, Value] | None = None

    def reseed(self, seed: int) -> None:
        random.seed(seed)
        np.random.seed(seed % 2**32)
        mx.random.seed(seed % 2**31)
        if self._streams is not None:
            self._streams.start_here()

    def call(
        self, name: str, *arrays: npt.ArrayLike, dtype: Dtype = "float32", device: str = HOME, strict: bool = False
    ) -> Called:
        function = self._find(name)
        originals = [np.ascontiguousarray(array, dtype=dtype) for array in arrays]
        kinds = [(i, original.shape, original.dtype, device) for i, original in enumerate(originals)]
        # The arrays of the last call for their like, so that a result kept for an array shows. Taken out until the call
        # has come to its end: whatever it has begun with them may go on for ever.
        inputs = [
            _filled(self._inputs.pop(kind, None), original, device)
            for kind, original in zip(kinds, originals, strict=True)
        ]
        with self._guard(name, function, strict):
            result = function(*inputs)
            value = describe(result)
            changed = _changed(inputs, originals)
            overwrote = self._returned is not None and not _as_described(*self._returned)
            self._returned = result, value
        self._inputs.update(zip(kinds, inputs, strict=True))
        return Called(value, changed, overwrote)

    def gradients(
        self,
        name: str,
        *arrays: npt.ArrayLike,
        head: npt.ArrayLike,
        dtype: Dtype = "float32",
        device: str = HOME,
        strict: bool = False,
    ) -> Gradients:
        function = self._find(name)
        (*inputs, heads), _ = _ndarrays((*arrays, head), dtype, device)
        for array in inputs:
            array.attach_grad()
        with self._guard(name, function, strict):
            with autograd.record():
                output = function(*inputs)
            value = describe(output)
            if not isinstance(value, Tensor) or value.shape != heads.shape:
                return Gradients(value, None)
            try:
                output.backward(heads)
            except mx.base.MXNetError as error:
                if NO_GRAPH not in str(error):  # a backward pass of the student's own, an autograd.Function
                    raise
                return Gradients(value, None, on_graph=False)
            if any(array.grad is None for array in inputs):
                return Gradients(value, None, on_graph=False)
            return Gradients(value, tuple(_exact(array.grad) for array in inputs))

    def batches(
        self,
        features: npt.ArrayLike,
        labels: npt.ArrayLike,
        batch_size: int,
        *,
        passes: int = 1,
        limit: int,
        dtype: Dtype = "float32",
        device: str = HOME,
        strict: bool = False,
    ) -> Batches:
        function = self._find("data_iter")
        inputs, originals = _ndarrays((features, labels), dtype, device)
        drained: list[tuple[Batch, ...]] = []
        overwrote = False
        with self._guard("data_iter", function, strict):
            for _ in range(passes):
                batches, problem, endless, kept = _drain(function(batch_size, *inputs), limit)
                drained.append(batches)
                overwrote |= not kept
                if problem or endless:
                    return Batches(tuple(drained), _changed(inputs, originals), endless, problem, overwrote)
            return Batches(tuple(drained), _changed(inputs, originals), overwrote=overwrote)

    def step(
        self,
        params: Sequence[npt.ArrayLike],
        grads: Sequence[npt.ArrayLike],
        lr: float,
        batch_size: int,
        *,
        dtype: Dtype = "float32",
        device: str = HOME,
        strict: bool = False,
    ) -> Step:
        function = self._find("sgd")
        arrays, _ = _ndarrays(params, dtype, device)
        heads, _ = _ndarrays(grads, dtype, device)
        _give_gradients(arrays, heads)
        handed_over = list(arrays)
        with self._guard("sgd", function, strict):
            function(handed_over, lr, batch_size)
            values = tuple(_tensor(array) for array in arrays)
            left = tuple(None if array.grad is None else array.grad.asnumpy().astype(np.float64) for array in arrays)
        replaced = tuple(i for i, array in enumerate(arrays) if i >= len(handed_over) or handed_over[i] is not array)
        return Step(values, left, replaced, _live(arrays))

    def train(
        self,
        features: npt.ArrayLike,
        labels: npt.ArrayLike,
        w: npt.ArrayLike,
        b: npt.ArrayLike,
        *,
        lr: float,
        num_epochs: int,
        batch_size: int,
    ) -> Training:
        data_iter, linreg, squared_loss, sgd = (
            self._find(name) for name in ("data_iter", "linreg", "squared_loss", "sgd")
        )
        (X_all, y_all, w_nd, b_nd), _ = _ndarrays((features, labels, w, b), "float32", HOME)
        w_nd.attach_grad()
        b_nd.attach_grad()
        limit = 4 * (len(X_all) // batch_size + 1)
        epochs: list[Epoch] = []
        with self._guard("the training loop", data_iter, False):
            for _ in range(num_epochs):
                seen: list[tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]] = []
                iterator = _iterator(data_iter(batch_size, X_all, y_all))
                if iterator is None:
                    return Training(tuple(epochs), problem="data_iter gave nothing to iterate over.")
                for item in iterator:
                    if len(seen) == limit:
                        return Training(tuple(epochs), endless=True)
                    X, y = item
                    batch = _exact(X), _exact(y)  # now: the next batch may come in the same arrays
                    with autograd.record():
                        l = squared_loss(linreg(X, w_nd, b_nd), y)  # noqa: E741 (the course's name for the loss)
                    if not isinstance(l, nd.NDArray):
                        return Training(tuple(epochs), problem=f"squared_loss returned {kind_of(l)}.")
                    l.backward()
                    sgd([w_nd, b_nd], lr, batch_size)
                    seen.append(batch)
                epochs.append(Epoch(tuple(seen), _exact(w_nd), _exact(b_nd)))
        return Training(tuple(epochs))

    def play(self, script: Script) -> Played:
        def ndarray(values: npt.ArrayLike, dtype: str, device: str) -> Any:
            return _ndarray(np.ascontiguousarray(values, dtype=dtype), _context(device))

        player = Player(script, self._find, ndarray, kind_of)
        with self._guard(lambda: player.running, None, script.strict, player.printed):
            return player.run()

    def _find(self, name: str) -> Callable[..., Any]:
        if name not in self._functions:
            raise Missing(name)
        function = self._functions[name]
        if not callable(function):
            raise Missing(name, kind_of(function))
        return function

    @contextlib.contextmanager
    def _guard(
        self,
        running: str | Callable[[], str],
        function: Callable[..., Any] | None,
        strict: bool,
        printed: io.TextIOBase | None = None,
    ) -> Iterator[None]:
        """Run student code: silent, limited in time, its exceptions turned into a `StudentFault`.

        running: the name of what runs, or how to ask for it. printed: where to keep what is printed.
        """

        def name() -> str:
            return running if isinstance(running, str) else running()

        devices = strict_devices() if strict else contextlib.nullcontext()
        streams = self._streams or contextlib.nullcontext()
        out = printed or _Nowhere()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(_Nowhere()), _autograd_off():
            try:
                with streams, _alarm(self._seconds), devices:
                    yield
            except _OutOfTime:
                raise TimedOut(name(), self._seconds) from None
            except StudentFault:  # a function that a play asks for is missing
                raise
            except NotImplementedError as error:
                raise NotImplementedYet(_culprit(error, name(), self._functions)) from None
            except KeyboardInterrupt:  # the person at the keyboard, or whoever runs the kernel, wants it to stop
                raise
            except BaseException as error:
                culprit = _culprit(error, name(), self._functions)
                raise _raised(culprit, error, self._functions.get(culprit, function)) from None


class _Streams:
    """Random streams for student code alone, of Python's and numpy's global generators; entered for every call."""

    def __init__(self) -> None:
        self.start_here()

    def start_here(self) -> None:
        """Go on from where the generators are now."""
        self._own = random.getstate(), np.random.get_state()

    def __enter__(self) -> None:
        self._outside = random.getstate(), np.random.get_state()
        _set_generators(self._own)

    def __exit__(self, *exception: object) -> None:
        self.start_here()
        _set_generators(self._outside)


def _set_generators(states: tuple[Any, Any]) -> None:
    random.setstate(states[0])
    np.random.set_state(states[1])


@contextlib.contextmanager
def _autograd_off() -> Iterator[None]:
    """Start with nothing recorded, and go on afterwards as before, whatever student code switched on and left."""
    recording, training = autograd.set_recording(False), autograd.set_training(False)
    try:
        yield
    finally:
        autograd.set_recording(recording)
        autograd.set_training(training)


def describe(value: object) -> Value:
    """What an object that student code returned looks like from outside."""
    return _tensor(value) if isinstance(value, nd.NDArray) else NotAnArray(kind_of(value))


def kind_of(value: object) -> str:
    """An object's kind in words a beginner uses: `None`, `a list`, `a numpy array`, `a generator`."""
    if value is None:
        return "None"
    if isinstance(value, nd.NDArray):
        return "an NDArray"
    if isinstance(value, np.ndarray):
        return "a numpy array"
    if isinstance(value, np.generic):
        return f"a numpy {type(value).__name__}"
    name = {"int": "integer", "str": "string"}.get(type(value).__name__, type(value).__name__)
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def _tensor(array: Any) -> Tensor:
    return Tensor(array.asnumpy(), str(array.ctx))


def _exact(array: Any) -> npt.NDArray[np.float64]:
    found: npt.NDArray[np.float64] = array.asnumpy().astype(np.float64)
    return found


def _context(device: str) -> Any:
    kind, _, number = device.rstrip(")").partition("(")
    return mx.Context(kind, int(number))


def _ndarrays(
    arrays: Iterable[npt.ArrayLike], dtype: Dtype, device: str
) -> tuple[list[Any], list[npt.NDArray[np.generic]]]:
    """NDArrays on `device` and, to compare with afterwards, their contents."""
    context = _context(device)
    originals = [np.ascontiguousarray(array, dtype=dtype) for array in arrays]
    return [_ndarray(original, context) for original in originals], originals


def _ndarray(array: npt.NDArray[np.generic], context: Any) -> Any:
    """`nd.array(array)`, without the general assignment in it, which costs three times the rest."""
    made = nd.empty(array.shape, ctx=context, dtype=array.dtype)
    made._sync_copyfrom(array)
    return made


def _filled(array: Any, original: npt.NDArray[np.generic], device: str) -> Any:
    """`array`, or a new one if it is None or has another shape by now, with the contents of `original`."""
    if array is None or array.shape != original.shape:
        return _ndarray(original, _context(device))
    array._sync_copyfrom(original)
    return array


def _changed(arrays: Sequence[Any], originals: Sequence[npt.NDArray[np.generic]]) -> tuple[int, ...]:
    return tuple(
        i
        for i, (array, original) in enumerate(zip(arrays, originals, strict=True))
        if array.shape != original.shape or not np.array_equal(array.asnumpy(), original)
    )


def _iterator(iterable: object) -> Iterator[Any] | None:
    try:
        return iter(iterable)  # type: ignore[call-overload, no-any-return]
    except TypeError:
        return None


def _as_described(value: object, description: Value) -> bool:
    """Whether an object still looks as it did."""
    if not isinstance(description, Tensor) or not isinstance(value, nd.NDArray):
        return True
    return value.shape == description.shape and np.array_equal(value.asnumpy(), description.values, equal_nan=True)


def _drain(iterable: object, limit: int) -> tuple[tuple[Batch, ...], str | None, bool, bool]:
    """Up to `limit` batches of one pass, a problem in words, whether the limit cut it off, and whether the first batch
    is still what it was.
    """
    iterator = _iterator(iterable)
    if iterator is None:
        return (), f"data_iter returned {kind_of(iterable)}.", False, True
    batches: list[Batch] = []
    first: Any = ()
    for item in iterator:
        if len(batches) == limit:
            return tuple(batches), None, True, True
        first = first if batches else item
        if isinstance(item, (tuple, list)) and len(item) == 2:
            batches.append(Batch((describe(item[0]), describe(item[1]))))
        else:
            length = f" of {len(item)}" if isinstance(item, (tuple, list)) else ""
            batches.append(Batch(None, kind_of(item) + length))
    pair = batches[0].pair if batches else None
    return tuple(batches), None, False, pair is None or all(map(_as_described, first, pair))


def _give_gradients(arrays: Sequence[Any], heads: Sequence[Any]) -> None:
    """Fill the gradient buffers by a real backward pass: d/dp sum(p * g) = g."""
    for array in arrays:
        array.attach_grad()
    with autograd.record():
        products = [array * head for array, head in zip(arrays, heads, strict=True)]
    autograd.backward(products)


def _live(arrays: Sequence[Any]) -> tuple[int, ...]:
    """The positions whose gradient buffer still receives the gradient of a new backward pass."""
    everyone = tuple(range(len(arrays)))
    # All at once, which takes the least time where all is well; else one by one, to see which.
    passed = everyone if _goes_back(arrays) else [i for i in everyone if _goes_back([arrays[i]])]
    return tuple(i for i in passed if arrays[i].grad is not None and np.all(arrays[i].grad.asnumpy() == 2))


def _goes_back(arrays: Sequence[Any]) -> bool:
    """Whether autograd takes the gradient of 2p with respect to every array p; False if one is no variable any more."""
    with autograd.record():
        doubled = [array * 2 for array in arrays]
    try:
        autograd.backward(doubled)
    except mx.base.MXNetError:
        return False
    return True


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Raise `_OutOfTime` in this thread after `seconds` of CPU time, and again every half second if it is swallowed.

    What waits instead of computing gets `PATIENCE` times as long by the clock.

    A bare `except:` inside a loop would swallow it for ever. So from the second time on it is also raised on the next
    line that runs, which is in the very handler that swallows it: the exception leaves the handler, hence the loop.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    rung = over = False
    tracing = sys.gettrace()

    def raise_on_next_line(frame: FrameType, event: str, arg: object) -> Any:
        if event == "line":
            raise _OutOfTime
        return raise_on_next_line

    def ring(signum: int, frame: FrameType | None) -> None:
        nonlocal rung
        if over:
            return
        if rung:
            while frame is not None and frame.f_code.co_filename != __file__:
                frame.f_trace = raise_on_next_line
                frame = frame.f_back
            sys.settrace(raise_on_next_line)
        rung = True
        raise _OutOfTime

    timers = (
        (signal.ITIMER_PROF, signal.SIGPROF, seconds),
        (signal.ITIMER_REAL, signal.SIGALRM, PATIENCE * seconds),
    )
    before = [(signum, signal.signal(signum, ring)) for _, signum, _ in timers]
    for timer, _, after in timers:
        signal.setitimer(timer, after, 0.5)
    try:
        yield
    finally:
        over = True  # first of all: an alarm that comes now must not cut the rest short
        for timer, _, _ in timers:
            signal.setitimer(timer, 0)
        for signum, handler in before:
            signal.signal(signum, handler)
        if rung:
            sys.settrace(tracing)


def _raised(name: str, error: BaseException, function: object) -> Raised:
    home = getattr(getattr(function, "__code__", None), "co_filename", None)
    line, source = None, ""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename == home or "ipykernel_" in frame.filename or "<ipython-input" in frame.filename:
            line = frame.lineno
            source = linecache.getline(frame.filename, frame.lineno or 0).strip()
            break
    return Raised(name, type(error).__name__, _message(error), line, source)


def _message(error: BaseException) -> str:
    """An exception's message on one line, without the C++ stack and condition that MXNet puts around it."""
    try:
        text = str(error)
    except BaseException:  # a student's own __str__ may raise anything; the message is then unknown
        return ""
    if isinstance(error, mx.base.MXNetError):
        lines = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("[bt]")]
        named = [line.removeprefix("MXNetError: ") for line in lines if line.startswith("MXNetError: ")]
        lines = named or [line for line in lines if not line.startswith(("Stack trace", "File ", "Traceback"))]
        text = CONDITION.sub("", lines[0]).rstrip(" :") if lines else ""
    # Lone surrogates are legal in a Python string and in no file or message.
    text = " ".join(text.encode("utf-8", "replace").decode().split())
    return text if len(text) <= MAX_MESSAGE else text[: MAX_MESSAGE - 1] + "…"


def _culprit(error: BaseException, name: str, functions: Mapping[str, object]) -> str:
    """Which of the student's functions raised: in the training loop it may be any of the four."""
    running = [frame.f_code.co_name for frame, _ in traceback.walk_tb(error.__traceback__)]
    return next((function for function in reversed(running) if function in functions), name)
