"""A check is one claim about a right answer, worth whole points, with one hint.

Writing one takes a function whose name is the claim and whose docstring begins with the sentence the student reads
(further paragraphs are for us, where a threshold comes from for instance):

    @claim(points=2, hint="...", given=linreg_inputs())
    def linreg_computes_Xw_plus_b(subject, case):
        \"\"\"linreg(X, w, b) is X w + b, a column with one prediction per row of X.\"\"\"
        ...

With `given`, Hypothesis draws cases and shrinks a failing one. Without it, the function is called once as
`check(subject, rng)`, `rng` a numpy generator that follows the seed; that is for statistics and for training. Such a
check states in `false_alarm` how probable it is that it fails a right answer; `make calibrate` measures it.
A check that finds something wrong raises `Refuted`.

This module is what checks are made of; `grader.running` runs them.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from hypothesis.strategies import SearchStrategy

from grader.diagnosis import Misconception
from grader.subject import Subject


class Case(Protocol):
    """A generated input that can say what it is, in Python that a person can retype."""

    def __str__(self) -> str: ...

    @property
    def size(self) -> int:
        """How much there is to read: shrinking reports the smallest failing case."""


class Refuted(Exception):
    """The claim is false, and this is how: a sentence, and where it helps the two values compared."""

    def __init__(self, message: str, *, got: str = "", expected: str = "", example: str = "") -> None:
        super().__init__(message)
        self.message, self.got, self.expected, self.example = message, got, expected, example


class Unusable(Refuted):
    """The answer is not even of the right kind, so that nothing else can be said about it."""


@dataclass(frozen=True)
class Check:
    """One claim. `first` holds cases that are tried before those that are drawn; `also` draws further, larger ones that
    are tried after them. Neither are shrunk.

    false_alarm: an upper bound of the probability that a right answer fails; 0.0 where that cannot happen, because
    what is compared is exact or allows for more than rounding.
    """

    id: str
    claim: str
    points: int
    hint: str
    body: Callable[[Subject, Any], None]
    given: SearchStrategy[Any] | None
    first: tuple[Any, ...]
    also: Callable[[np.random.Generator], Iterable[Any]] | None
    examples: int
    false_alarm: float = 0.0


StandIn = Callable[[Subject, str | None], Subject]
"""`stand_in(subject, function)` is a subject in which the course's own version answers for that function.

It takes the student's others one call at a time, as it does all of them for None.
"""


@dataclass(frozen=True)
class PartSpec:
    """A part of an assignment: the student's functions it needs, in the order `check` takes them, its checks, and the
    mistakes that people make in it.

    stand_in: for a part of several functions that have parts of their own.
    """

    id: str
    functions: tuple[str, ...]
    checks: tuple[Check, ...]
    misconceptions: tuple[Misconception, ...] = ()
    stand_in: StandIn | None = None

    @property
    def max_score(self) -> int:
        return sum(check.points for check in self.checks)


def claim(
    *,
    points: int,
    hint: str,
    given: SearchStrategy[Any] | None = None,
    first: tuple[Any, ...] = (),
    also: Callable[[np.random.Generator], Iterable[Any]] | None = None,
    examples: int = 20,
    false_alarm: float = 0.0,
) -> Callable[[Callable[[Subject, Any], None]], Check]:
    """Turn a function into a `Check` (see the module's docstring)."""
    if type(points) is not int or points < 1:
        raise ValueError(f"points must be a positive whole number, got {points!r}.")
    if not 0 <= false_alarm < 1:
        raise ValueError(f"false_alarm must be a probability below 1, got {false_alarm!r}.")

    def make(body: Callable[[Subject, Any], None]) -> Check:
        sentence = inspect.getdoc(body)
        if not sentence:
            raise ValueError(f"{body.__name__} needs a docstring: it is the sentence the student reads.")
        opening, _, _ = sentence.partition("\n\n")
        text = " ".join(opening.split())
        return Check(body.__name__, text, points, hint, body, given, first, also, examples, false_alarm)

    return make


def part(
    id: str,
    functions: tuple[str, ...],
    module: dict[str, Any],
    misconceptions: tuple[Misconception, ...] = (),
    stand_in: StandIn | None = None,
) -> PartSpec:
    """The checks defined in a module, in file order. `module` is its `globals()`."""
    checks = tuple(value for value in module.values() if isinstance(value, Check))
    if not checks:
        raise ValueError(f"Part {id!r} has no checks.")
    return PartSpec(id, functions, checks, misconceptions, stand_in)
