"""Running checks against a subject: seeds, Hypothesis, shrinking, and what becomes of a student's exception.

The same subject and seed give the same outcomes, whatever else is loaded in the process. Three things make it so:
every check has a seed of its own derived from the seed and its id; the subject is reseeded before every check; and
Hypothesis is kept from mixing constants of other loaded modules into what it draws.

Hypothesis draws a check's cases once (`draw_cases`). A subject that passes them all never meets Hypothesis itself;
for one that fails, Hypothesis draws them again, to shrink the one that failed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import Any

import hypothesis
import numpy as np
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

from grader.claims import Check, PartSpec, Refuted, Unusable
from grader.diagnosis import Recorder, diagnose
from grader.results import Outcome, Part, Status
from grader.seeds import derived_seed
from grader.subject import Crashed, Missing, NotImplementedYet, Raised, StudentFault, Subject, TimedOut

SHRINK_CASES = 250
"""Cases tried after the first failure to find a smaller one. A count, not a time: it must not depend on the machine."""

NOT_RUN = "Mend the check above first."


class _Enough(BaseException):
    """Leaves Hypothesis at once: not an Exception, so that it is not taken for one more failing case."""


def run_part(part: PartSpec, subject: Subject, seed: int) -> Part:
    """Run a part's checks in order.

    When the first one finds no usable function (missing, or of the wrong kind), or the first two meet the same
    exception, one message stands for all and the others are not run: a mistake is reported once. Points once earned
    stay: a stub that comes to light only in a later check costs that check.
    """
    recorder = Recorder(subject)
    outcomes: list[Outcome] = []
    blocked = ""
    first: Exception | None = None
    for check in part.checks:
        recorder.begin(check.id)
        if blocked:
            outcomes.append(_outcome(check, "not_run", message=blocked))
            continue
        outcome, fault = run_check(check, recorder, seed)
        if outcomes and _same_error(first, fault):
            blocked = NOT_RUN
            outcome = _outcome(check, "not_run", message=blocked)
        outcomes.append(outcome)
        first = fault if len(outcomes) == 1 else None
        if isinstance(fault, (Missing, NotImplementedYet)) and len(outcomes) == 1:
            # A stub is no failure story: nothing was run, for one reason.
            outcomes = [_outcome(check, "not_run", message=fault.sentence) for check in part.checks]
            break
        if isinstance(fault, (Unusable, TimedOut, Crashed)):
            blocked = NOT_RUN
    message = outcomes[0].message if all(outcome.status == "not_run" for outcome in outcomes) else ""
    return Part(
        id=part.id,
        score=sum(outcome.points for outcome in outcomes),
        max_score=part.max_score,
        checks=diagnose(outcomes, recorder.seen, part.misconceptions),
        message=message,
    )


def _same_error(one: Exception | None, other: Exception | None) -> bool:
    """Whether two faults are one exception raised at one line."""
    if not isinstance(one, Raised) or not isinstance(other, Raised):
        return False
    return (one.name, one.type_name, one.line, one.source) == (other.name, other.type_name, other.line, other.source)


def run_check(check: Check, subject: Subject, seed: int) -> tuple[Outcome, Exception | None]:
    """The outcome of one check, and the `Refuted` or `StudentFault` behind it."""
    failure = _find_failure(check, subject, derived_seed(seed, check.id))
    if failure is None:
        return _outcome(check, "passed"), None
    fault, case = failure
    example = (fault.example if isinstance(fault, Refuted) else "") or (str(case) if case is not None else "")
    if isinstance(fault, Refuted):
        return (
            _outcome(check, "failed", message=fault.message, example=example, got=fault.got, expected=fault.expected),
            fault,
        )
    status: Status = "timed_out" if isinstance(fault, TimedOut) else "errored"
    return _outcome(check, status, message=fault.sentence, example=example), fault


def passes(check: Check, subject: Subject, seed: int) -> bool:
    """Whether `run_check` finds nothing wrong; much sooner known where it does, for nothing is made smaller."""
    return _find_failure(check, subject, derived_seed(seed, check.id), shrink=False) is None


def _outcome(check: Check, status: Status, **details: str) -> Outcome:
    return Outcome(
        id=check.id,
        status=status,
        points=check.points if status == "passed" else 0,
        max_points=check.points,
        claim=check.claim,
        hint=check.hint if status in ("failed", "errored", "timed_out") else "",
        **details,
    )


Failure = tuple[Refuted | StudentFault, Any]


def _find_failure(check: Check, subject: Subject, seed: int, *, shrink: bool = True) -> Failure | None:
    """The smallest failure that could be found, with the case it happened on (None where there is no case).

    Without `shrink`, the first one.
    """
    # Not the seed of the cases: student code sees its own generators' states and must learn nothing from them.
    own = derived_seed(seed, "subject")
    try:
        subject.reseed(own)
        if check.given is None:
            check.body(subject, np.random.default_rng(seed))
            return None
    except (Refuted, StudentFault) as fault:
        return fault, None
    # The largest first: what goes wrong only at the first call of a function must not go unseen because that call was
    # about a single zero, with which Hypothesis begins.
    cases = [*check.first, *sorted(draw_cases(check, seed), key=lambda case: -case.size)]
    failure = _first_failure(check, subject, cases)
    if failure is not None:
        # A smaller input makes no stub shorter and no endless loop end.
        worthwhile = shrink and isinstance(failure[0], (Refuted, Raised))
        return _shrunk(failure, check, subject, seed) if worthwhile else failure
    return _first_failure(check, subject, check.also(np.random.default_rng(seed)) if check.also else ())


def _first_failure(check: Check, subject: Subject, cases: Iterable[Any]) -> Failure | None:
    for case in cases:
        try:
            check.body(subject, case)
        except (Refuted, StudentFault) as fault:
            return fault, case
    return None


@lru_cache(maxsize=256)
def draw_cases(check: Check, seed: int) -> tuple[Any, ...]:
    """The cases that Hypothesis draws for a check as long as none of them fails; empty for a check without any.

    They do not depend on the subject, so that a whole class is asked the same questions and they are drawn once.
    """
    cases: list[Any] = []
    if check.given is not None:
        _hypothesis(check, seed, cases.append)
    return tuple(cases)


def _shrunk(first: Failure, check: Check, subject: Subject, seed: int) -> Failure:
    """Let Hypothesis draw the same cases again and make the one that fails smaller.

    The smallest failing case is kept here rather than taken from Hypothesis's final replay: student code may be
    random, and then the replay need not fail again.
    """
    failures: list[Failure] = [first]
    left = SHRINK_CASES

    def attempt(case: Any) -> None:
        nonlocal left
        if len(failures) > 1:
            left -= 1
            if left < 0:
                raise _Enough
        try:
            check.body(subject, case)
        except (Refuted, StudentFault) as fault:
            failures.append((fault, case))
            if not isinstance(fault, (Refuted, Raised)):
                raise _Enough from None
            raise

    with suppress(_Enough, Refuted, StudentFault, hypothesis.errors.Flaky):
        subject.reseed(derived_seed(seed, "subject"))
        _hypothesis(check, seed, attempt)
    return min(failures, key=lambda failure: (failure[1].size, len(str(failure[1])), str(failure[1])))


def _hypothesis(check: Check, seed: int, body: Callable[[Any], None]) -> None:
    """Have Hypothesis call `body` with a check's cases. Raises: what `body` raises, once Hypothesis has shrunk it."""
    assert check.given is not None
    settings = hypothesis.settings(
        max_examples=check.examples,
        database=None,  # no state between runs
        deadline=None,
        derandomize=False,
        phases=[hypothesis.Phase.generate, hypothesis.Phase.shrink],
        report_multiple_bugs=False,
        suppress_health_check=list(hypothesis.HealthCheck),
        verbosity=hypothesis.Verbosity.quiet,
        print_blob=False,
    )

    def attempt(case: Any) -> None:
        body(case)

    with _only_its_own_constants():
        hypothesis.seed(seed)(settings(hypothesis.given(check.given)(attempt)))()


@contextmanager
def _only_its_own_constants() -> Iterator[None]:
    """Keep Hypothesis from drawing numbers that happen to stand in the source of loaded modules.

    It does so to find bugs; here it would make outcomes depend on what else a process has imported.
    """
    original = providers._get_local_constants
    nothing = Constants()
    providers._get_local_constants = lambda: nothing
    providers.CONSTANTS_CACHE.cache.clear()
    try:
        yield
    finally:
        providers._get_local_constants = original
        providers.CONSTANTS_CACHE.cache.clear()
