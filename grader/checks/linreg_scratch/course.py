"""The course's own four functions, in numpy, behind the same door as a student's.

They stand in for a function that has lost its points already, so that training is not failed for it once more; and,
all four together, they are a subject that is right by definition and fast enough for thousands of seeds. Everything is
computed on the trusted side: where a student's function is meant to be used, it is asked through the student's own
subject, and no answer of ours ever enters the process it runs in.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt

from grader.play import Played, Ref, Script
from grader.subject import (
    HOME,
    Array,
    Batch,
    Batches,
    Called,
    Dtype,
    Epoch,
    Gradients,
    Step,
    Subject,
    Tensor,
    Training,
)
from grader.things import Nothing, Thing, Truth

FUNCTIONS = ("data_iter", "linreg", "squared_loss", "sgd")
Numbers = npt.NDArray[np.floating[npt.NBitBase]]


class CourseSubject:
    """`grader.subject.Subject` in which the functions named in `own` are the course's, and the others are `student`'s.

    Our own functions compute in the dtype they are asked for, so that they round as a student's would. A training loop
    runs step by step from here, the chain rule joining the gradients of the two functions between w, b and the loss.

    Subclasses may replace the four methods that hold the formulas.
    """

    def __init__(self, student: Subject | None = None, own: Collection[str] = FUNCTIONS) -> None:
        """Without a `student`, all four functions must be our own."""
        if student is None and set(own) != set(FUNCTIONS):
            raise ValueError(f"Without a student's subject, own must name all of {FUNCTIONS}, got {tuple(own)}.")
        self._student, self._own = student, frozenset(own)
        self.rng = np.random.default_rng(0)

    # the formulas

    def order(self, n: int) -> npt.NDArray[np.int64]:
        """The order of a pass over n examples."""
        return self.rng.permutation(n)

    def linreg(self, X: Numbers, w: Numbers, b: Numbers) -> Numbers:
        """Xw + b: (n, 1) for X (n, d), w (d, 1), b (1,)."""
        return X @ w + b

    def squared_loss(self, y_hat: Numbers, y: Numbers) -> Numbers:
        """(y_hat - y)^2 / 2: (n, 1) for y_hat (n, 1) and y (n,) or (n, 1)."""
        return np.square(y_hat - y.reshape(y_hat.shape)) / 2

    def sgd(self, param: Numbers, grad: Numbers, lr: float, batch_size: int) -> Numbers:
        """param - lr grad / batch_size, for one parameter of any shape."""
        return param - param.dtype.type(lr / batch_size) * grad

    # their derivatives

    def linreg_gradients(self, head: Numbers, X: Numbers, w: Numbers, b: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """Of sum(head * linreg(X, w, b)) with respect to X, w and b; head (n, 1)."""
        return head @ w.T, X.T @ head, head.sum(axis=0)

    def squared_loss_gradients(self, head: Numbers, y_hat: Numbers, y: Numbers) -> tuple[Numbers, Numbers]:
        """Of sum(head * squared_loss(y_hat, y)) with respect to y_hat and y; head (n, 1)."""
        error = head * (y_hat - y.reshape(y_hat.shape))
        return error, -error.reshape(y.shape)

    # the door

    def reseed(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        if self._student is not None:
            self._student.reseed(seed)

    def call(
        self, name: str, *arrays: npt.ArrayLike, dtype: Dtype = "float32", device: str = HOME, strict: bool = False
    ) -> Called:
        if name not in self._own:
            return self._students.call(name, *arrays, dtype=dtype, device=device, strict=strict)
        return Called(Tensor(getattr(self, name)(*_cast(arrays, dtype)), device))

    def gradients(
        self,
        name: str,
        *arrays: npt.ArrayLike,
        head: npt.ArrayLike,
        dtype: Dtype = "float32",
        device: str = HOME,
        strict: bool = False,
    ) -> Gradients:
        if name not in self._own:
            return self._students.gradients(name, *arrays, head=head, dtype=dtype, device=device, strict=strict)
        inputs, (start,) = _cast(arrays, dtype), _cast([head], dtype)
        value = Tensor(getattr(self, name)(*inputs), device)
        if value.shape != start.shape:
            return Gradients(value, None)
        found = getattr(self, f"{name}_gradients")(start, *inputs)
        return Gradients(value, tuple(np.asarray(gradient, np.float64) for gradient in found))

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
        if "data_iter" not in self._own:
            return self._students.batches(
                features, labels, batch_size, passes=passes, limit=limit, dtype=dtype, device=device, strict=strict
            )
        X, y = _cast([features, labels], dtype)
        return Batches(tuple(self._pass(X, y, batch_size, device) for _ in range(passes)))

    def _pass(self, X: Numbers, y: Numbers, batch_size: int, device: str) -> tuple[Batch, ...]:
        order = self.order(len(X))
        rows = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
        return tuple(Batch((Tensor(X[some], device), Tensor(y[some], device))) for some in rows)

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
        if "sgd" not in self._own:
            return self._students.step(params, grads, lr, batch_size, dtype=dtype, device=device, strict=strict)
        before, heads = _cast(params, dtype), _cast(grads, dtype)
        after = (self.sgd(param, grad, lr, batch_size) for param, grad in zip(before, heads, strict=True))
        return Step(
            params=tuple(Tensor(param, device) for param in after),
            grads=tuple(grad.astype(np.float64) for grad in heads),
            replaced=(),
            live=tuple(range(len(before))),
        )

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
        w, b = _cast([w, b], "float32")
        limit = 4 * (len(np.asarray(features)) // batch_size + 1)
        epochs: list[Epoch] = []
        for _ in range(num_epochs):
            found = self.batches(features, labels, batch_size, limit=limit)
            if found.problem or found.endless:
                return Training(tuple(epochs), found.endless, found.problem)
            pairs = [_arrays_of(batch) for batch in found.passes[0]]
            seen = tuple(pair for pair in pairs if pair is not None)
            if len(seen) < len(pairs):
                return Training(tuple(epochs), problem="data_iter gave a batch that is not a pair of NDArrays.")
            trained = self._epoch(seen, w, b, lr, batch_size)
            if trained is None:
                return Training(tuple(epochs), problem="Autograd finds no way back from the loss to w and b.")
            w, b = trained
            epochs.append(Epoch(seen, np.asarray(w, np.float64), np.asarray(b, np.float64)))
        return Training(tuple(epochs))

    def play(self, script: Script) -> Played:
        return self._students.play(script)

    def _epoch(
        self, batches: Sequence[tuple[Array, Array]], w: Numbers, b: Numbers, lr: float, batch_size: int
    ) -> tuple[Numbers, Numbers] | None:
        """w and b after a step for each batch; None where autograd finds no way back from a loss to them.

        Every request costs about as much as what it asks for, so there are as few as the functions that are ours
        allow: what student code does from one of our own numbers to the next is one request.
        """
        if self._own == {"data_iter"}:
            return self._epoch_there(batches, w, b, lr, batch_size)
        if self._own == {"squared_loss"}:
            return self._epoch_around_our_loss(batches, w, b, lr, batch_size)
        for X, y in batches:
            gradients = self._gradients_there if self._own == {"sgd"} else self._gradients
            grads = gradients(X, y, w, b)
            if grads is None:
                return None
            w, b = _cast([param.values for param in self.step([w, b], grads, lr, batch_size).params], "float32")
        return w, b

    def _epoch_there(
        self, batches: Sequence[tuple[Array, Array]], w: Numbers, b: Numbers, lr: float, batch_size: int
    ) -> tuple[Numbers, Numbers] | None:
        """`_epoch` with nothing of our own but the batches."""
        script = Script("the training loop")
        params = [script.array(w, grad=True), script.array(b, grad=True)]
        ways = []
        for X, y in batches:
            labels = script.array(y)
            ways.append(_back_from_the_loss(script, script.array(X), labels, params))
            script.call("sgd", params, lr, batch_size, show=False)
        after = [script.look(param) for param in params]
        played = self._students.play(script)
        return _pair(played, after, (w, b)) if all(played[way] == Truth(True) for way in ways) else None

    def _epoch_around_our_loss(
        self, batches: Sequence[tuple[Array, Array]], w: Numbers, b: Numbers, lr: float, batch_size: int
    ) -> tuple[Numbers, Numbers] | None:
        """`_epoch` with our loss between linreg and sgd: each request goes from one loss to the next."""
        y_hat: Thing = self.call("linreg", batches[0][0], w, b).value if batches else Nothing()
        for (X, y), following in zip(batches, [*batches[1:], None], strict=True):
            if not isinstance(y_hat, Tensor) or y_hat.values.size != y.size:
                return None
            head, _ = self.squared_loss_gradients(*_cast([np.ones(y_hat.shape), y_hat.exact(), y], "float32"))
            script = Script("the training loop")
            params = [script.array(w, grad=True), script.array(b, grad=True)]
            features = script.array(X)
            with script.recording():
                again = script.call("linreg", features, *params, show=False)
            way = script.backward(again, head)
            script.call("sgd", params, lr, batch_size, show=False)
            after = [script.look(param) for param in params]
            next_y_hat = script.call("linreg", script.array(following[0]), *params) if following else None
            played = self._students.play(script)
            moved = _pair(played, after, (w, b))
            if moved is None or played[way] != Truth(True):
                return None
            w, b = moved
            y_hat = Nothing() if next_y_hat is None else played[next_y_hat]
        return w, b

    def _gradients_there(self, X: Array, y: Array, w: Numbers, b: Numbers) -> tuple[Numbers, Numbers] | None:
        """`_gradients` where linreg and squared_loss are both the student's."""
        script = Script("the training loop")
        params = [script.array(w, grad=True), script.array(b, grad=True)]
        way = _back_from_the_loss(script, script.array(X), script.array(y), params)
        found = [script.gradient(param) for param in params]
        played = self._students.play(script)
        return _pair(played, found, (w, b)) if played[way] == Truth(True) else None

    def _gradients(self, X: Array, y: Array, w: Numbers, b: Numbers) -> tuple[Array, ...] | None:
        """Of the summed losses of a batch with respect to w and b; None where one of the two functions has none."""
        y_hat = self.call("linreg", X, w, b).value
        if not isinstance(y_hat, Tensor):
            return None
        loss = self.gradients("squared_loss", y_hat.exact(), y, head=np.ones(y_hat.shape))
        if isinstance(loss.value, Tensor) and loss.value.shape != y_hat.shape:
            loss = self.gradients("squared_loss", y_hat.exact(), y, head=np.ones(loss.value.shape))
        if loss.gradients is None:
            return None
        found = self.gradients("linreg", X, w, b, head=loss.gradients[0]).gradients
        return None if found is None else found[1:]

    @property
    def _students(self) -> Subject:
        assert self._student is not None  # __init__ saw to it
        return self._student


def _cast(arrays: Sequence[npt.ArrayLike], dtype: Dtype) -> list[Numbers]:
    return [np.asarray(array, dtype=dtype) for array in arrays]


def _arrays_of(batch: Batch) -> tuple[Array, Array] | None:
    match batch.pair:
        case (Tensor() as X, Tensor() as y):
            return X.exact(), y.exact()
    return None


def _back_from_the_loss(script: Script, X: Ref, y: Ref, params: Sequence[Ref]) -> Ref:
    """The loss of a batch and its gradients; the `Ref` says whether there was a way back to `params`."""
    with script.recording():
        y_hat = script.call("linreg", X, *params, show=False)
        loss = script.call("squared_loss", y_hat, y, show=False)
    return script.backward(loss)


def _pair(played: Played, refs: Sequence[Ref], like: tuple[Numbers, Numbers]) -> tuple[Numbers, Numbers] | None:
    """What came back for two parameters, if it is arrays of their shapes."""
    match [played[ref] for ref in refs]:
        case [Tensor() as w, Tensor() as b] if (w.shape, b.shape) == (like[0].shape, like[1].shape):
            w_now, b_now = _cast([w.values, b.values], "float32")
            return w_now, b_now
    return None


def stand_in(student: Subject, function: str | None) -> Subject:
    """The student's functions one call at a time, except that the course's own `function` answers for theirs."""
    return CourseSubject(student, own=() if function is None else (function,))
