"""Results made by hand: one with a check of every status, and texts that would like to be something else."""

from __future__ import annotations

from grader.results import Outcome, Part, Result

NAME = "linreg_scratch"
SEED = 7301954
"""Nobody's public seed: it must not be found where students look."""

HOSTILE = (
    "]]></failure><script>alert(1)</script> & \"quoted\" 'text'\n"
    "::error file=x::pwned\n::stop-commands::x\n##[error]pwned\n%0A::warning::pwned\r\n"
    "```\n## Not a heading\n````` ~~~\n<details><img src=x onerror=alert(1)>\n"
    '=HYPERLINK("http://evil")\n\x1b[31m\x00\u202e\ud800\ufffe'
)
"""What a student may get into a message."""


def outcome(status: str = "passed", number: int = 1, **changes) -> Outcome:
    earned = 2 if status == "passed" else 0
    told = {"message": f"It was {status}.", "got": "[1]", "expected": "[2]", "hint": "Think."}
    basics = {"id": f"sgd_{status}_{number}", "status": status, "points": earned, "max_points": 2, "claim": "It holds."}
    return Outcome(**{**basics, **({} if status == "passed" else told), **changes})


def part(*checks: Outcome, id: str = "sgd", **changes) -> Part:
    totals = {"score": sum(check.points for check in checks), "max_score": sum(check.max_points for check in checks)}
    return Part(**{"id": id, **totals, "checks": checks, **changes})


def result(*parts: Part, **changes) -> Result:
    totals = {"score": sum(part.score for part in parts), "max_score": sum(part.max_score for part in parts)}
    basics = {"assignment": NAME, "notebook": "n.ipynb", "status": "graded", "seed": SEED, "isolation": "landlock"}
    return Result(**{**basics, **totals, "parts": parts, **changes})


def full() -> Result:
    return result(part(outcome()), part(outcome(), id="linreg"))


def mixed() -> Result:
    """Two of ten points in sgd, with every status there is, and all of linreg's."""
    statuses = ("passed", "failed", "errored", "timed_out", "not_run")
    return result(part(*map(outcome, statuses)), part(outcome(), id="linreg"), reason="Cells were missing.")


def hostile() -> Result:
    check = outcome("failed", message=HOSTILE, example=HOSTILE, got=HOSTILE, diagnosis=HOSTILE, hint=HOSTILE)
    return result(part(check, message=HOSTILE), notebook=HOSTILE, reason=HOSTILE)


def ungradable(reason: str = "The file is empty.") -> Result:
    return result(status="ungradable", reason=reason, score=None, max_score=40)
