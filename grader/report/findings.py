"""What the results of a class say together: numbers, shared mistakes, and what to teach again.

A mistake is known by its part and the sentence that names it, which is the same for everybody who makes it
(`grader.diagnosis.Misconception.name`); where several explanations fit, a student counts for each as one who perhaps
makes it. Every student counts once for everything, however many of their checks it spoils.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from grader.diagnosis import NONE_FITS
from grader.results import Outcome, Part, Result, Status

OR = " Or: "
"""What stands between several explanations of one failure."""
MOST_LESSONS = 5
SHARED = 2
"""Students who must share something before a class is taught it again."""


@dataclass(frozen=True)
class Distribution:
    """Of one number for each student, at least one."""

    values: tuple[float, ...]
    lowest: float
    quarter: float
    median: float
    three_quarters: float
    highest: float
    mean: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Distribution | None:
        found = tuple(sorted(values))
        if not found:
            return None
        lowest, quarter, median, three_quarters, highest = map(float, np.percentile(found, (0, 25, 50, 75, 100)))
        return cls(found, lowest, quarter, median, three_quarters, highest, float(np.mean(found)))


@dataclass(frozen=True)
class PartFigures:
    """id and the most points; the mean of the points; how many have all of them, and how many none."""

    id: str
    most: int
    mean: float
    full: int
    none: int


@dataclass(frozen=True)
class CheckFigures:
    """One check, how many students it was applied to, and what came of it."""

    part: str
    id: str
    claim: str
    points: int
    students: int
    counts: Mapping[Status, int]

    @property
    def passed(self) -> int:
        return self.counts.get("passed", 0)

    @property
    def rate(self) -> float:
        return self.passed / self.students

    @property
    def failed(self) -> int:
        """Those whom it found wrong, in whatever way; who was not checked is not wrong."""
        return self.students - self.passed - self.counts.get("not_run", 0)


@dataclass
class Mistake:
    """A mistake that was named to students. perhaps: those to whom it was named beside others. points: what the first
    have lost in this part.
    """

    part: str
    name: str
    students: set[str] = field(default_factory=set)
    perhaps: set[str] = field(default_factory=set)
    points: int = 0
    example: Outcome | None = None
    hint: str = ""


@dataclass(frozen=True)
class Lesson:
    """Something to teach again.

    students: how many. points: what they have lost in this part. what: what they do, as a sentence. example: the
    smallest of their failures, if there is one.
    """

    part: str
    students: int
    points: int
    what: str
    hint: str = ""
    example: Outcome | None = None


@dataclass(frozen=True)
class Findings:
    """What the graded submissions of one assignment say. results: by student."""

    results: Mapping[str, Result]
    most: int
    scores: Distribution | None
    parts: tuple[PartFigures, ...]
    checks: tuple[CheckFigures, ...]
    mistakes: tuple[Mistake, ...]
    lessons: tuple[Lesson, ...]
    unwritten: tuple[Lesson, ...]
    full_marks: tuple[str, ...]

    @property
    def hardest(self) -> list[CheckFigures]:
        """The checks that somebody failed, the hardest first."""
        return sorted((check for check in self.checks if check.failed), key=lambda check: (-check.failed, check.rate))


def find(results: Mapping[str, Result]) -> Findings:
    """results: the graded ones, by student, in any order; what is found does not depend on it."""
    results = {student: results[student] for student in sorted(results)}
    mistakes = _mistakes(results)
    unwritten, unnamed = _without_a_name(results)
    return Findings(
        results=results,
        most=max((result.max_score for result in results.values()), default=0),
        scores=Distribution.of(result.score for result in results.values() if result.score is not None),
        parts=tuple(_parts(results.values())),
        checks=tuple(_checks(results.values())),
        mistakes=tuple(mistakes),
        lessons=tuple(_lessons(mistakes, unnamed) or _whatever_the_mistake(results)),
        unwritten=tuple(sorted(unwritten, key=_rank)),
        full_marks=tuple(student for student, result in results.items() if result.full_marks),
    )


def _parts(results: Iterable[Result]) -> Iterable[PartFigures]:
    seen: dict[str, list[Part]] = defaultdict(list)
    for result in results:
        for part in result.parts:
            seen[part.id].append(part)
    for id, parts in seen.items():
        scores = [part.score for part in parts]
        most = max(part.max_score for part in parts)
        yield PartFigures(
            id,
            most,
            float(np.mean(scores)),
            sum(part.score == part.max_score for part in parts),
            sum(part.score == 0 for part in parts),
        )


def _checks(results: Iterable[Result]) -> Iterable[CheckFigures]:
    seen: dict[tuple[str, str], list[Outcome]] = defaultdict(list)
    for result in results:
        for part in result.parts:
            for outcome in part.checks:
                seen[part.id, outcome.id].append(outcome)
    for (part_id, id), outcomes in seen.items():
        counts = Counter(outcome.status for outcome in outcomes)
        yield CheckFigures(part_id, id, outcomes[-1].claim, outcomes[-1].max_points, len(outcomes), counts)


def _mistakes(results: Mapping[str, Result]) -> list[Mistake]:
    """The most frequent first; those that were never named alone last."""
    found: dict[tuple[str, str], Mistake] = {}
    for student, result in results.items():
        for part in result.parts:
            for outcome in part.checks:
                names = named(outcome)
                for name in names:
                    mistake = found.setdefault((part.id, name), Mistake(part.id, name))
                    if len(names) > 1:
                        mistake.perhaps.add(student)
                        continue
                    if student not in mistake.students:
                        mistake.points += part.max_score - part.score
                    mistake.students.add(student)
                    mistake.hint = mistake.hint or outcome.hint
                    mistake.example = _smaller(mistake.example, outcome)
    for mistake in found.values():
        mistake.perhaps -= mistake.students
    return sorted(
        found.values(), key=lambda one: (-len(one.students), -one.points, -len(one.perhaps), one.part, one.name)
    )


def named(outcome: Outcome) -> list[str]:
    """The mistakes that an outcome names: several where it cannot tell which."""
    if outcome.status == "passed" or outcome.diagnosis in ("", NONE_FITS):
        return []
    return outcome.diagnosis.split(OR)


def _lessons(mistakes: Sequence[Mistake], unnamed: Sequence[Lesson]) -> list[Lesson]:
    """What most students share: a mistake, or a check that fails without a name for it."""
    found = [
        Lesson(mistake.part, len(mistake.students), mistake.points, mistake.name, mistake.hint, mistake.example)
        for mistake in mistakes
    ]
    shared = [lesson for lesson in (*found, *unnamed) if lesson.students >= SHARED]
    return sorted(shared, key=_rank)[:MOST_LESSONS]


def _whatever_the_mistake(results: Mapping[str, Result]) -> list[Lesson]:
    """Where no mistake is shared: the checks that several students fail, each in a way of their own."""
    found: dict[tuple[str, str], list[tuple[Part, Outcome]]] = defaultdict(list)
    for result in results.values():
        for part in result.parts:
            for outcome in part.checks:
                if outcome.status not in ("passed", "not_run"):
                    found[part.id, outcome.id].append((part, outcome))
    shared = [
        _of_a_check(failures, "This fails for different reasons", points=lambda part, one: one.max_points - one.points)
        for failures in found.values()
        if len(failures) >= SHARED
    ]
    return sorted(shared, key=_rank)[:MOST_LESSONS]


def _rank(lesson: Lesson) -> tuple[int, int, str, str]:
    return -lesson.students, -lesson.points, lesson.part, lesson.what


def _without_a_name(results: Mapping[str, Result]) -> tuple[list[Lesson], list[Lesson]]:
    """Parts that could not be checked at all, most of them never written; and checks that failed for no known mistake.

    Of a part's checks, only the first counts: the others often follow from it.
    """
    checks: dict[tuple[str, str], list[tuple[Part, Outcome]]] = defaultdict(list)
    missing: dict[tuple[str, str], list[Part]] = defaultdict(list)
    for result in results.values():
        for part in result.parts:
            if part.message and part.checks and all(outcome.status == "not_run" for outcome in part.checks):
                missing[part.id, part.message].append(part)
                continue
            if any(named(outcome) for outcome in part.checks):
                continue
            wrong = [outcome for outcome in part.checks if outcome.status not in ("passed", "not_run")]
            if wrong:
                checks[part.id, wrong[0].id].append((part, wrong[0]))
    unwritten = [
        Lesson(part_id, len(parts), sum(part.max_score - part.score for part in parts), message)
        for (part_id, message), parts in missing.items()
    ]
    return unwritten, [_unnamed(found) for found in checks.values()]


def _unnamed(found: Sequence[tuple[Part, Outcome]]) -> Lesson:
    return _of_a_check(
        found,
        "This fails, and no known mistake explains why",
        points=lambda part, outcome: part.max_score - part.score,
    )


def _of_a_check(found: Sequence[tuple[Part, Outcome]], what: str, *, points: Callable[[Part, Outcome], int]) -> Lesson:
    """One check that failed for these students. points: what each has lost by it."""
    example: Outcome | None = None
    for _, outcome in found:
        example = _smaller(example, outcome)
    part, first = found[0]
    lost = sum(points(part, outcome) for part, outcome in found)
    return Lesson(part.id, len(found), lost, f"{what}: {first.claim}", first.hint, example)


def _smaller(one: Outcome | None, other: Outcome) -> Outcome | None:
    """Of two failures the one that is quicker to read; which student it is of plays no part."""
    if not other.example:
        return one
    if one is None:
        return other
    return min(one, other, key=lambda it: (len(it.example + it.got + it.expected), it.example, it.got, it.expected))
