"""Which known mistake a student probably made, found by comparing what their function did with what the mistake does.

A `Misconception` is a mistake that many people make, with a model of it: given what a function was asked and what it
answered (an `Observation`), the model says

    True   just what this mistake gives, and not what a right answer gives
    False  not what this mistake gives
    None   nothing: right and mistaken answers look alike here

A mistake explains a failing check if it says True to something that was seen during the check and False to nothing
that was seen in the whole part, passed checks included. So a model has to fit every number seen, not only the failing
example. One explanation is named; several are offered; none is admitted.

    Recorder  a `Subject` that writes down what passes through it
    diagnose  outcomes of a part in, the same outcomes with diagnoses out
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from grader.play import Played, Script
from grader.results import Outcome
from grader.subject import HOME, Array, Batches, Called, Dtype, Gradients, Step, StudentFault, Subject, Training

MAX_OBSERVATIONS = 80
"""Kept for each check: its own cases (at most 30 or so), and some of the smaller ones that were tried after them."""
MAX_OFFERED = 3
"""More explanations than this explain nothing."""
EXPLAINED = ("failed", "errored")
"""Outcomes for which an explanation is looked for."""
NONE_FITS = "None of the usual mistakes does exactly this."

Verdict = bool | None
A = TypeVar("A", Called, Gradients, Batches, Step, Played)


@dataclass(frozen=True, eq=False)
class Observation:
    """One request and its answer. `lr` and `batch_size` only where the request has them; `grads` are the gradients
    of `sgd`'s parameters, or the one that `backward` starts with. Of a play, `script` is what was asked.
    """

    function: str
    inputs: tuple[Array, ...]
    answer: Called | Gradients | Batches | Step | Played | StudentFault
    dtype: Dtype = "float32"
    device: str = HOME
    lr: float = 0.0
    batch_size: int = 0
    grads: tuple[Array, ...] = ()
    script: Script | None = None


@dataclass(frozen=True)
class Misconception:
    """A mistake people make: its name as a sentence, a hint that leads without giving the answer, and its model.

    A `broad` one has many causes; it is offered only where nothing more precise fits.
    """

    id: str
    name: str
    hint: str
    model: Callable[[Observation], Verdict] = field(repr=False)
    broad: bool = False


class Recorder:
    """Passes every request on to `subject` and keeps what came of it, check by check."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self.seen: dict[str, list[Observation]] = {}
        self._current: list[Observation] = []

    def begin(self, check_id: str) -> None:
        self._current = self.seen.setdefault(check_id, [])

    def reseed(self, seed: int) -> None:
        self._subject.reseed(seed)

    def call(
        self, name: str, *arrays: npt.ArrayLike, dtype: Dtype = "float32", device: str = HOME, strict: bool = False
    ) -> Called:
        def ask() -> Called:
            return self._subject.call(name, *arrays, dtype=dtype, device=device, strict=strict)

        return self._keep(ask, name, arrays, dtype=dtype, device=device)

    def gradients(
        self,
        name: str,
        *arrays: npt.ArrayLike,
        head: npt.ArrayLike,
        dtype: Dtype = "float32",
        device: str = HOME,
        strict: bool = False,
    ) -> Gradients:
        def ask() -> Gradients:
            return self._subject.gradients(name, *arrays, head=head, dtype=dtype, device=device, strict=strict)

        return self._keep(ask, name, arrays, dtype=dtype, device=device, grads=(head,))

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
        def ask() -> Batches:
            return self._subject.batches(
                features, labels, batch_size, passes=passes, limit=limit, dtype=dtype, device=device, strict=strict
            )

        return self._keep(ask, "data_iter", (features, labels), dtype=dtype, device=device, batch_size=batch_size)

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
        def ask() -> Step:
            return self._subject.step(params, grads, lr, batch_size, dtype=dtype, device=device, strict=strict)

        return self._keep(ask, "sgd", params, dtype=dtype, device=device, batch_size=batch_size, lr=lr, grads=grads)

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
        # Not kept: nobody can tell from a whole training which of four functions went wrong, their own parts can.
        return self._subject.train(features, labels, w, b, lr=lr, num_epochs=num_epochs, batch_size=batch_size)

    def play(self, script: Script) -> Played:
        def ask() -> Played:
            return self._subject.play(script)

        return self._keep(ask, script.function, (), dtype=script.dtype, device=script.device, script=script)

    def _keep(
        self,
        ask: Callable[[], A],
        function: str,
        inputs: Iterable[npt.ArrayLike],
        *,
        dtype: Dtype,
        device: str = HOME,
        lr: float = 0.0,
        batch_size: int = 0,
        grads: Iterable[npt.ArrayLike] = (),
        script: Script | None = None,
    ) -> A:
        def note(answer: A | StudentFault) -> None:
            if len(self._current) < MAX_OBSERVATIONS:
                self._current.append(
                    Observation(
                        function, _arrays(inputs), answer, dtype, device, lr, batch_size, _arrays(grads), script
                    )
                )

        try:
            answer = ask()
        except StudentFault as fault:
            note(fault)
            raise
        note(answer)
        return answer


def _arrays(arrays: Iterable[npt.ArrayLike]) -> tuple[Array, ...]:
    return tuple(np.asarray(array, np.float64) for array in arrays)


def diagnose(
    outcomes: Sequence[Outcome], seen: Mapping[str, Sequence[Observation]], known: Sequence[Misconception]
) -> tuple[Outcome, ...]:
    """The outcomes of a part's checks, those that failed with the mistakes that explain them.

    seen: what was observed during each check, by its id. known: the part's misconceptions.
    """
    if not known or all(outcome.status not in EXPLAINED for outcome in outcomes):
        return tuple(outcomes)
    shown: dict[str, list[Misconception]] = {check: [] for check in seen}
    for mistake in known:
        for check in _shown_by(mistake, seen):
            shown[check].append(mistake)
    anywhere = [mistake for mistake in known if any(mistake in mistakes for mistakes in shown.values())]
    return tuple(
        # What a check saw may be too little to tell mistakes apart, or to show one: then the other checks decide.
        _explained(outcome, _precise(shown.get(outcome.id, []) or (anywhere if outcome.status == "failed" else [])))
        if outcome.status in EXPLAINED
        else outcome
        for outcome in outcomes
    )


def _shown_by(mistake: Misconception, seen: Mapping[str, Sequence[Observation]]) -> list[str]:
    """The checks that saw this mistake; none if anything that was seen contradicts it."""
    found = []
    for check, observed in seen.items():
        shows = False
        for one in observed:
            verdict = _judge(mistake, one)
            if verdict is False:  # most are out after one look
                return []
            shows |= verdict is True
        if shows:
            found.append(check)
    return found


def _precise(mistakes: list[Misconception]) -> list[Misconception]:
    return [mistake for mistake in mistakes if not mistake.broad] or mistakes


def _judge(mistake: Misconception, one: Observation) -> Verdict:
    try:
        with np.errstate(all="ignore"):
            verdict = mistake.model(one)
        return None if verdict is None else bool(verdict)  # numpy has a False of its own
    except (ValueError, IndexError, ArithmeticError):  # shapes that the model does not know how to be wrong about
        return False


def _explained(outcome: Outcome, mistakes: list[Misconception]) -> Outcome:
    match mistakes:
        case [mistake]:
            return msgspec.structs.replace(outcome, diagnosis=mistake.name, hint=mistake.hint)
        case [first, *rest] if len(rest) < MAX_OFFERED:
            names = " Or: ".join(mistake.name for mistake in (first, *rest))
            return msgspec.structs.replace(outcome, diagnosis=names)
    if outcome.status == "errored":
        return outcome  # the exception has said what happened
    return msgspec.structs.replace(outcome, diagnosis=NONE_FITS)
