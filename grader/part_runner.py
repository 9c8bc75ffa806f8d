"""The parts of one assignment run against one subject, so that nobody pays for a mistake twice.

A part like training needs several functions, each of which has a part of its own. When it fails, the question is
whose fault that is:

    one of them lost points in its own part    the course's own version stands in for it, and what the others do with
                                               it counts: the mistake has been paid for
    several did                                nothing stands in: with half of the functions ours, training would say
                                               little about theirs
    none did                                   the points are lost here, and each function is replaced in turn to say
                                               which of them it is

Reports of the functions' own parts are taken from earlier in the notebook where they are there; else the parts are run
now, and only if something has failed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from grader.claims import PartSpec
from grader.results import Outcome, Part
from grader.running import run_part
from grader.subject import Subject


class PartRunner:
    """Runs parts in any order and remembers their reports; one for each run of a notebook."""

    def __init__(self, parts: Sequence[PartSpec], subject: Subject, seed: int) -> None:
        self._parts, self._subject, self._seed = parts, subject, seed
        self._reports: dict[str, Part] = {}

    def run(self, part: PartSpec) -> Part:
        """The report of one part of the assignment, against the functions as they are now."""
        report = run_part(part, self._subject, self._seed)
        if part.stand_in is not None and report.score < report.max_score:
            report = self._shared_out(part, report)
        self._reports[part.id] = report
        return report

    def _shared_out(self, part: PartSpec, report: Part) -> Part:
        """The report of a part that failed, after asking whose fault that is."""
        paid = [function for function in part.functions if self._lost_points(function)]
        match paid:
            case []:
                return self._blamed(part, report)
            case [function]:
                return self._without(part, function)
        if report.message:  # nothing could be run, and the message says why
            return report
        names = _list(paid)
        message = f"{names} lost points in their own parts: mend them first, then look at this part again."
        return msgspec.structs.replace(report, message=message)

    def _lost_points(self, function: str) -> bool:
        """Whether a function lost points in its own part, which is run now if it has not been."""
        for spec in self._parts:
            if spec.functions == (function,):
                own = self._reports.get(spec.id) or run_part(spec, self._subject, self._seed)
                self._reports[spec.id] = own
                return own.score < own.max_score
        return False

    def _without(self, part: PartSpec, function: str) -> Part:
        report = self._replaced(part, function)
        others = _list([name for name in part.functions if name != function])
        message = f"{function} lost points in its own part, and here the course's own {function} stood in for it. " + (
            f"Together with that, your {others} do what they should, so no points are lost again."
            if report.score == report.max_score
            else f"What does not pass below is about your {others}."
        )
        return msgspec.structs.replace(report, message=report.message or message)

    def _blamed(self, part: PartSpec, report: Part) -> Part:
        """Say of each check that failed which function would have to be another for it to pass."""
        failed = [outcome.id for outcome in report.checks if outcome.status not in ("passed", "not_run")]
        part = replace(part, checks=tuple(check for check in part.checks if check.id in failed))
        by_step = self._replaced(part, None)
        trials = {function: self._replaced(part, function) for function in part.functions}

        def explained(outcome: Outcome) -> Outcome:
            if outcome.id not in failed:
                return outcome
            cures = [name for name, trial in trials.items() if _passed(trial, outcome.id)]
            return msgspec.structs.replace(outcome, diagnosis=_blame(cures, _passed(by_step, outcome.id)))

        return msgspec.structs.replace(report, checks=tuple(explained(outcome) for outcome in report.checks))

    def _replaced(self, part: PartSpec, function: str | None) -> Part:
        assert part.stand_in is not None  # `run` saw to it
        return run_part(part, part.stand_in(self._subject, function), self._seed)


def _passed(report: Part, check: str) -> bool:
    return any(outcome.id == check and outcome.status == "passed" for outcome in report.checks)


def _blame(cures: Sequence[str], by_step: bool) -> str:
    """What a failure of the whole says, given which functions cure it, and whether taking every step by itself does."""
    if by_step:
        return (
            "Each step by itself is right, and all of them in a row are not: something is kept from one step to the "
            "next that should not be."
        )
    match cures:
        case []:
            return ""
        case [function]:
            return f"The mistake is in {function}: with the course's own {function} in its place, this check passes."
    names = _list(cures, "or")
    return f"With the course's own {names} in place of yours, this check passes: look at how these fit together."


def _list(names: Sequence[str], word: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    return f" {word} ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
