"""The one door from checks to student code, in numpy terms.

A check never sees a student's object. It asks a `Subject` to run a student's function on arrays and gets back
descriptions: what kind of value came out, with which contents, on which device, and what happened to the inputs. The
same check therefore runs in the student's own kernel (`grader.local.LocalSubject`) and against a process that nobody
trusts.

When student code does not return, the door raises a `StudentFault`:

    StudentFault
    ├── Missing            no function of that name
    ├── NotImplementedYet  the stub was left as it is
    ├── Raised             the student's own exception, with the line in their cell
    ├── TimedOut           the call took longer than it may
    └── Crashed            the process it ran in is gone, or answers nonsense
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, Protocol

import msgspec
import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from grader.play import Played, Script

Array = npt.NDArray[np.float64]
Dtype = Literal["float32", "float64"]

HOME = "cpu(0)"
"""The device that MXNet uses when nobody names one."""
ELSEWHERE = "cpu(1)"
"""A second device. Arrays on it may not be mixed with arrays on `HOME`, exactly as on a machine with a GPU."""


CALL_SECONDS = 10.0
"""CPU time that one request through the door may take: right answers need up to 3 s, on a machine twice as slow 6."""
PATIENCE = 6
"""How many times as long a request may take by the clock: on a busy machine, most of that is waiting."""


class Tensor(msgspec.Struct, frozen=True, tag=True):
    """An NDArray as seen from outside: its contents in its own dtype, and the device it lives on."""

    values: npt.NDArray[np.generic]
    device: str

    @property
    def kind(self) -> str:
        return "an NDArray"

    @property
    def dtype(self) -> str:
        return str(self.values.dtype)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.values.shape

    def exact(self) -> Array:
        """The contents in float64, in which every comparison is made."""
        return self.values.astype(np.float64)


class NotAnArray(msgspec.Struct, frozen=True, tag=True):
    """Something other than an NDArray, described in words: `None`, `a float`, `a numpy array`."""

    kind: str


Value = Tensor | NotAnArray


class Called(msgspec.Struct, frozen=True, tag=True):
    """One call: what came back, and the positions of the arguments whose contents were changed.

    `overwrote` is true when what the call before had returned did not keep its contents.
    """

    value: Value
    changed: tuple[int, ...] = ()
    overwrote: bool = False


class Gradients(msgspec.Struct, frozen=True, tag=True):
    """A call under `autograd.record` and `backward(head)`.

    `gradients` is None when no gradient could be taken: the output is not an array, has another shape than `head`, or
    (`on_graph` false) was computed outside the graph that autograd records.
    """

    value: Value
    gradients: tuple[Array, ...] | None
    on_graph: bool = True


class Batch(msgspec.Struct, frozen=True, tag=True):
    """One item that `data_iter` gave: a pair, or (`pair` is None) something described in `kind`."""

    pair: tuple[Value, Value] | None
    kind: str = "a pair"


class Batches(msgspec.Struct, frozen=True, tag=True):
    """Whole passes of `data_iter`.

    `endless` is true when a pass was cut off at the limit; `changed` as in `Called` (0 features, 1 labels). `overwrote`
    is true when the first batch of a pass did not keep its contents until the last. `problem` says in words why there
    is nothing to iterate over (`data_iter returned None`).
    """

    passes: tuple[tuple[Batch, ...], ...]
    changed: tuple[int, ...] = ()
    endless: bool = False
    problem: str | None = None
    overwrote: bool = False


class Step(msgspec.Struct, frozen=True, tag=True):
    """What one call of `sgd` did to the parameters it was given.

    `params` holds the values of the NDArrays that the caller passed in (not of what may have been put in their
    place), `grads` the contents of their gradient buffers afterwards, None where the buffer is gone. `replaced` lists
    the positions at which the list itself was given another object. `live` lists the positions whose buffer still
    receives gradients from a further `backward`.
    """

    params: tuple[Tensor, ...]
    grads: tuple[Array | None, ...]
    replaced: tuple[int, ...]
    live: tuple[int, ...]


class Epoch(msgspec.Struct, frozen=True, tag=True):
    """One epoch of the course's loop: the batches in the order they came, and the parameters at its end."""

    batches: tuple[tuple[Array, Array], ...]
    w: Array
    b: Array


class Training(msgspec.Struct, frozen=True, tag=True):
    """The course's loop over the student's four functions.

    `endless` as in `Batches`; `problem` says in words why the loop could not go on.
    """

    epochs: tuple[Epoch, ...]
    endless: bool = False
    problem: str | None = None


class StudentFault(Exception):
    """Student code did not return; `sentence` says so to the student."""

    @property
    def sentence(self) -> str:
        raise NotImplementedError


class Missing(StudentFault):
    """No function of that name was defined, or the name is bound to something that cannot be called."""

    def __init__(self, name: str, found: str | None = None) -> None:
        super().__init__(name, found)
        self.name, self.found = name, found

    @property
    def sentence(self) -> str:
        if self.found is None:
            return f"There is no function called {self.name}."
        return f"{self.name} is {self.found}, not a function."


class NotImplementedYet(StudentFault):
    """The stub of `name` still raises NotImplementedError."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    @property
    def sentence(self) -> str:
        return f"{self.name} is not implemented yet."


class Raised(StudentFault):
    """The student's own exception: its type and message, and the last line of theirs that was running."""

    def __init__(self, name: str, type_name: str, message: str, line: int | None = None, source: str = "") -> None:
        super().__init__(name, type_name, message, line, source)
        self.name, self.type_name, self.message, self.line, self.source = name, type_name, message, line, source

    @property
    def sentence(self) -> str:
        where = f"At line {self.line} of your cell (`{self.source}`), " if self.line and self.source else ""
        what = f"{self.type_name}: {self.message}" if self.message else self.type_name
        return f"{where}{self.name if where else _first(self.name)} raised {what}{'' if what.endswith('.') else '.'}"


class TimedOut(StudentFault):
    """A call took more than `seconds`."""

    def __init__(self, name: str, seconds: float) -> None:
        super().__init__(name, seconds)
        self.name, self.seconds = name, seconds

    @property
    def sentence(self) -> str:
        return f"{_first(self.name)} took longer than {self.seconds:g} seconds. Look for a loop that never ends."


class Crashed(StudentFault):
    """The process that ran the call is gone; `how` ends the sentence "sgd ..."."""

    def __init__(self, name: str, how: str) -> None:
        super().__init__(name, how)
        self.name, self.how = name, how

    @property
    def sentence(self) -> str:
        return f"{_first(self.name)} {self.how}."


def _first(name: str) -> str:
    """A name as the first word of a sentence: functions stay as they are, "the training loop" does not."""
    return f"The {name.removeprefix('the ')}" if name.startswith("the ") else name


class Subject(Protocol):
    """A student's functions, run somewhere. Every method may raise a `StudentFault`."""

    def reseed(self, seed: int) -> None:
        """Seed every random generator that student code can be expected to use."""

    def call(
        self, name: str, *arrays: npt.ArrayLike, dtype: Dtype = "float32", device: str = HOME, strict: bool = False
    ) -> Called:
        """Call the function `name` on NDArrays made of `arrays`. `strict` refuses operators that mix devices.

        Calls for arrays of one kind may get the same NDArrays with new contents.
        """

    def gradients(
        self,
        name: str,
        *arrays: npt.ArrayLike,
        head: npt.ArrayLike,
        dtype: Dtype = "float32",
        device: str = HOME,
        strict: bool = False,
    ) -> Gradients:
        """Call `name` under `autograd.record`, then `backward(head)`: gradients with respect to every argument.

        `strict` refuses operators that mix devices, in either direction.
        """

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
        """Drain `data_iter(batch_size, features, labels)` `passes` times, at most `limit` batches a pass."""

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
        """Give NDArrays `params` the gradients `grads` by way of autograd, then call `sgd(params, lr, batch_size)`."""

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
        """Run the course's training loop over the student's four functions, in float32."""

    def play(self, script: Script) -> Played:
        """Carry out the steps of a script: whatever takes more than one call, or other things than arrays."""
