"""Submissions graded as in their notebook: what the tables in `scripts/` and the tests of those tables share."""

from __future__ import annotations

import runpy
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path
from typing import Any, TypeVar

import mxnet as mx
import numpy as np
from mxnet import nd

from grader import checks
from grader.local import LocalSubject
from grader.part_runner import PartRunner
from grader.results import Part
from grader.submissions import cells, load
from solutions import linreg

SUBMISSIONS = Path(__file__).resolve().parent / "submissions"
PARTS = {part.id: part for part in checks.parts("linreg_scratch")}
REFERENCE: dict[str, object] = {name: getattr(linreg, name) for name in linreg.__all__}
FUNCTIONS = tuple(name for name in PARTS if name in REFERENCE)
"""In the order of the notebook."""
CALL_SECONDS = 5.0
"""CPU time for a call; right ones need a tenth of it."""
A, B = TypeVar("A"), TypeVar("B")


@dataclass(frozen=True)
class Verdict:
    """What became of a submission.

    lost: points by part, of the parts that lost any. failed: the checks that did not pass, in their order. named: the
    ids of the mistakes that each of them names, if it is one, or offers.
    """

    lost: dict[str, int]
    failed: tuple[str, ...]
    named: dict[str, tuple[str, ...]]

    @classmethod
    def of(cls, reports: Sequence[Part]) -> Verdict:
        outcomes = [outcome for report in reports for outcome in report.checks if outcome.status != "passed"]
        named: dict[str, tuple[str, ...]] = {}
        for report in reports:
            ids = {mistake.name: mistake.id for mistake in PARTS[report.id].misconceptions}
            for outcome in report.checks:
                named[outcome.id] = tuple(ids[name] for name in outcome.diagnosis.split(" Or: ") if name in ids)
        return cls(
            lost={report.id: report.max_score - report.score for report in reports if report.score < report.max_score},
            failed=tuple(outcome.id for outcome in outcomes),
            named={check: mistakes for check, mistakes in named.items() if mistakes},
        )


def grade(
    functions: Mapping[str, object], seed: int, parts: Collection[str] = tuple(PARTS), seconds: float = CALL_SECONDS
) -> Iterator[Part]:
    """The reports of some parts in the order of the notebook, each made when it is asked for."""
    runner = PartRunner(tuple(PARTS.values()), LocalSubject(functions, seconds=seconds), seed)
    return (runner.run(part) for id, part in PARTS.items() if id in parts)


def verdict(functions: Mapping[str, object], own: Collection[str], seed: int, seconds: float = CALL_SECONDS) -> Verdict:
    """What becomes of a submission with one mistake: in the parts of its own functions, and then in training.

    A mistake that costs points in one part costs none in training, which is left out then.
    own: the functions that the submission defines, in the order of the notebook.
    """
    reports: list[Part] = []
    for report in grade(functions, seed, [*own, "training"], seconds):
        reports.append(report)
        if report.id == own[-1] and any(one.score < one.max_score for one in reports):
            break
    return Verdict.of(reports)


def wrong_submissions() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in (SUBMISSIONS / "wrong").glob("*.py")))


def table(name: str) -> dict[str, Any]:
    """The names that one of the tables in `tests/submissions` defines."""
    return runpy.run_path(str(SUBMISSIONS / f"{name}.py"))


def functions_of(kind: str, name: str) -> dict[str, object]:
    """A submission's functions, loaded anew: some keep state between calls. The reference's where it has none."""
    return load(SUBMISSIONS / kind / f"{name}.py", REFERENCE)


def defined_by(kind: str, name: str) -> tuple[str, ...]:
    """The functions that a submission has of its own, in the order of the notebook."""
    own = cells((SUBMISSIONS / kind / f"{name}.py").read_text(encoding="utf-8"), FUNCTIONS)
    return tuple(function for function in FUNCTIONS if function in own)


def functions_from(source: str, name: str, own: Collection[str]) -> dict[str, object]:
    """The functions that a cell's source defines, run among the notebook's names; the reference's for the others."""
    namespace = notebook_names() | {"__name__": name}
    exec(compile(source, name, "exec"), namespace)
    return REFERENCE | {function: namespace[function] for function in own}


def notebook_names() -> dict[str, object]:
    """The names that the assignment's notebook defines beside the functions, as a function written in it may see them.

    The numbers are not the notebook's own, which nobody's answer may depend on either.
    """
    rng = np.random.default_rng(0)
    names: dict[str, Any] = {
        "ctx": mx.cpu(),
        "num_inputs": 2,
        "num_examples": 1000,
        "noise_sd": 0.01,
        "true_w": nd.array([2, -3.4]),
        "true_b": 4.2,
        "batch_size": 10,
        "lr": 0.03,
        "num_epochs": 3,
        "features": nd.array(rng.normal(size=(1000, 2))),
        "w": nd.array(rng.normal(scale=0.01, size=(2, 1))),
        "b": nd.zeros((1,)),
    }
    for parameter in (names["w"], names["b"]):
        parameter.attach_grad()
    names["labels"] = nd.dot(names["features"], names["true_w"]) + names["true_b"]
    names["X"], names["y"] = names["features"][:10], names["labels"][:10]
    names["y_hat"] = nd.dot(names["features"], names["w"])
    return names


def in_parallel(function: Callable[[A], B], items: Sequence[A], jobs: int) -> Iterator[B]:
    """`function` of every item, in their order, computed in `jobs` processes, or for one job in this."""
    if jobs == 1:
        yield from map(function, items)
        return
    with Pool(jobs) as pool:
        yield from pool.imap(function, items)
