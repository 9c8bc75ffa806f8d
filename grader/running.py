"""Running checks against a subject: seeds, Hypothesis, shrinking, and what becomes of a student's exception.

The same subject and seed give the same outcomes, whatever else is loaded in the process. Three things make it so:
every check has a seed of its own derived from the seed and its id; the subject is reseeded before every check; and
Hypothesis is kept from mixing constants of other loaded modules into what it draws.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import hypothesis
import numpy as np
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

from grader.claims import Check, PartSpec, Refuted, Unusable
from grader.results import Outcome, Part, Status
from grader.subject import Crashed, Missing, NotImplementedYet, Raised, StudentFault, Subject, TimedOut

PUBLIC_SEED = 2018
"""What students' own checks use; grading uses the course's seed."""

SHRINK_CASES = 250
"""Cases tried after the first failure to find a smaller one. A count, not a time: it must not depend on the machine."""


NOT_RUN = "Not run: mend the check above first."


class _Enough(BaseException):
    """Leaves Hypothesis at once: not an Exception, so that it is not taken for one more failing case."""


def run_part(part: PartSpec, subject: Subject, seed: int) -> Part:
    """Run a part's checks in order.

    When the first one finds no usable function (missing, or of the wrong kind), or the first two meet the same
    exception, one message stands for all and the others are not run: a mistake is reported once. Points once earned
    stay: a stub that comes to light only in a later check costs that check.
    """
    outcomes: list[Outcome] = []
    blocked = ""
    first: Exception | None = None
    for check in part.checks:
        if blocked:
            outcomes.append(_outcome(check, "not_run", message=blocked))
            continue
        outcome, fault = run_check(check, subject, seed)
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
        checks=tuple(outcomes),
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


def derived_seed(seed: int, *names: object) -> int:
    """A seed of its own for each use, so that adding a check does not change what another draws."""
    text = "\0".join([str(seed), *map(str, names)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") >> 1


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


def _find_failure(check: Check, subject: Subject, seed: int) -> Failure | None:
    """The smallest failure that could be found, with the case it happened on (None where there is no case)."""
    try:
        subject.reseed(seed)
    except StudentFault as fault:
        return fault, None
    if check.given is None:
        try:
            check.body(subject, np.random.default_rng(seed))
        except (Refuted, StudentFault) as fault:
            return fault, None
        return None
    small = _search(check, subject, seed)
    if small is not None or check.also is None:
        return small
    for case in check.also(np.random.default_rng(seed)):
        try:
            check.body(subject, case)
        except (Refuted, StudentFault) as fault:
            return fault, case
    return None


def _search(check: Check, subject: Subject, seed: int) -> Failure | None:
    """Let Hypothesis look for a failing case and shrink it.

    The smallest failing case is kept here rather than taken from Hypothesis's final replay: student code may be
    random, and then the replay need not fail again.
    """
    failures: list[tuple[tuple[int, int, str], Failure]] = []
    left = SHRINK_CASES

    def attempt(case: Any) -> None:
        nonlocal left
        if failures:
            left -= 1
            if left < 0:
                raise _Enough
        try:
            check.body(subject, case)
        except (Refuted, StudentFault) as fault:
            text = str(case)
            failures.append(((case.size, len(text), text), (fault, case)))
            if not isinstance(fault, (Refuted, Raised)):
                raise _Enough from None  # a smaller input makes no stub shorter and no endless loop end
            raise

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
    test = hypothesis.seed(seed)(settings(hypothesis.given(check.given)(attempt)))
    try:
        with _only_its_own_constants():
            test()
    except _Enough:
        pass
    except (Refuted, StudentFault, hypothesis.errors.Flaky):
        pass
    if not failures:
        return None
    return min(failures, key=lambda failure: failure[0])[1]


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
