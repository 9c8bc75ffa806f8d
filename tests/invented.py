"""A class that nobody ever taught: results made by hand, of any number of students, the same every time."""

from __future__ import annotations

import random
from collections.abc import Iterator

from grader import checks
from grader.diagnosis import NONE_FITS
from grader.results import Outcome, Part, Result
from tests.malformed import NAME

NASTY = "<script>alert('you')</script>"


def results(number: int, *, nasty: bool = False) -> dict[str, Result]:
    """Students `s0000`, `s0001`, ... nasty: every text that can come from a student tries to become markup."""
    dice = random.Random(number)
    return {f"s{place:04}": result(tuple(_parts(dice, NASTY if nasty else ""))) for place in range(number)}


def result(parts: tuple[Part, ...], assignment: str = NAME) -> Result:
    return Result(
        assignment=assignment,
        notebook=f"{assignment}.ipynb",
        status="graded",
        score=sum(part.score for part in parts),
        max_score=sum(part.max_score for part in parts),
        seed=7,
        isolation="pretended",
        parts=parts,
    )


def _parts(dice: random.Random, nasty: str) -> Iterator[Part]:
    for spec in checks.parts(NAME):
        fate = dice.random()
        if fate < 0.06:
            yield missing(spec.id, f"{spec.id} is not implemented yet.{nasty}")
            continue
        mistake = dice.choice(spec.misconceptions[:5]) if spec.misconceptions and fate < 0.4 else None
        outcomes = []
        for check in spec.checks:
            wrong = fate < 0.45 and dice.random() < 0.5
            outcomes.append(
                Outcome(
                    id=check.id,
                    status="failed" if wrong else "passed",
                    points=0 if wrong else check.points,
                    max_points=check.points,
                    claim=check.claim,
                    message=f"It is wrong.{nasty}" if wrong else "",
                    example=f"X = [{dice.randint(0, 99)}]{nasty}" if wrong else "",
                    got=f"1{nasty}" if wrong else "",
                    expected="2" if wrong else "",
                    diagnosis=(mistake.name if mistake else NONE_FITS) if wrong else "",
                    hint=(mistake.hint if mistake else check.hint) if wrong else "",
                )
            )
        yield part(spec.id, *outcomes)


def part(id: str, *outcomes: Outcome, message: str = "") -> Part:
    score, most = (sum(getattr(one, name) for one in outcomes) for name in ("points", "max_points"))
    return Part(id=id, score=score, max_score=most, checks=outcomes, message=message)


def missing(id: str, message: str) -> Part:
    """A part of which nothing could be checked."""
    spec = checks.find_part(id)
    return part(
        id,
        *(
            Outcome(id=check.id, status="not_run", points=0, max_points=check.points, claim=check.claim)
            for check in spec.checks
        ),
        message=message,
    )
