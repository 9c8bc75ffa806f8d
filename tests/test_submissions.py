"""The grader's own exam: right submissions get full marks, wrong ones exactly the marks of the table, every time.

Names of submissions, parts and functions are unique over all assignments, so that one table serves them all.
"""

from __future__ import annotations

import gc
import os
import re
import runpy
import subprocess
import sys
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import mxnet  # noqa: F401 (its import warns; better here than within a check)
import pytest

from grader import checks
from grader.course import Course
from grader.demo import sample_classes
from grader.diagnosis import NONE_FITS
from grader.local import LocalSubject
from grader.results import Outcome, Part, part_to_json
from grader.running import run_part
from grader.seeds import PUBLIC_SEED
from grader.submissions import cells, load
from solutions import reference

FOLDERS = sample_classes(Course(Path(__file__).parents[1]))
TABLES = {name: runpy.run_path(str(folder / "expected.py")) for name, folder in FOLDERS.items()}
WRONG: dict[str, dict[str, str]] = {name: lost for table in TABLES.values() for name, lost in table["WRONG"].items()}
SECONDS: dict[str, float] = {name: limit for table in TABLES.values() for name, limit in table["SECONDS"].items()}
DIAGNOSES = {name: runpy.run_path(str(folder / "diagnoses.py")) for name, folder in FOLDERS.items()}
NAMED: dict[str, set[str]] = {name: ids for known in DIAGNOSES.values() for name, ids in known["NAMED"].items()}
FILES = {
    kind: {path.stem: path for folder in FOLDERS.values() for path in sorted((folder / kind).glob("*.py"))}
    for kind in ("right", "wrong")
}
RIGHT = sorted(FILES["right"])
PARTS = {part.id: part for name in FOLDERS for part in checks.parts(name)}
REFERENCE = {
    function: getattr(reference(name), function)
    for name in FOLDERS
    for part in checks.parts(name)
    for function in part.functions
}
OTHER_SEEDS = (7, 20_240_229)
PATIENCE = 300.0
"""Seconds for a call that comes back: what is right must not depend on how busy the machine is."""

OURS = re.compile(
    r"grader|solutions|hypothesis|LocalSubject|Traceback|site-packages|\.py\b|0x[0-9a-f]{6}", re.IGNORECASE
)
"""What a student must never have to read: our modules, files, addresses."""


@pytest.fixture(autouse=True, scope="module")
def _cheap_garbage_collection() -> Iterator[None]:
    """Every DataLoader of Gluon collects garbage when it is made; spare it what was there before the tests."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@cache
def parts_of(kind: str, name: str) -> tuple[str, ...]:
    """The parts about one function that a submission defines; of the others the reference is known to be right."""
    defined = cells(FILES[kind][name].read_text(encoding="utf-8"), REFERENCE)
    return tuple(id for id, part in PARTS.items() if len(part.functions) == 1 and part.functions[0] in defined)


@cache
def joint_parts_of(kind: str, name: str) -> tuple[str, ...]:
    """The parts about several functions together of which a submission defines one."""
    defined = cells(FILES[kind][name].read_text(encoding="utf-8"), REFERENCE)
    return tuple(id for id, part in PARTS.items() if len(part.functions) > 1 and set(part.functions) & set(defined))


def functions(kind: str, name: str) -> dict[str, object]:
    """A submission's functions, loaded anew: some keep state between calls."""
    [assignment] = [known for known, folder in FOLDERS.items() if FILES[kind][name].parent == folder / kind]
    return load(FILES[kind][name], REFERENCE, reference(assignment))


def mark(kind: str, name: str, part_ids: tuple[str, ...], seed: int = PUBLIC_SEED) -> list[Part]:
    subject = LocalSubject(functions(kind, name), seconds=SECONDS.get(name, PATIENCE))
    return [run_part(PARTS[id], subject, seed) for id in part_ids]


def not_passed(parts: list[Part]) -> dict[str, str]:
    return {outcome.id: outcome.status for part in parts for outcome in part.checks if outcome.status != "passed"}


def score_by_the_table(name: str, part_id: str) -> int:
    return sum(check.points for check in PARTS[part_id].checks if check.id not in WRONG[name])


def one_in(count: int, values: Iterable[Any], *, always: Collection[Any] = ()) -> list[Any]:
    """All values as parameters of a slow test; but for every `count`-th and those of `always`, `make exam` runs it."""
    return [
        pytest.param(
            *value,
            marks=[pytest.mark.slow, *([pytest.mark.study] if i % count and value not in always else [])],
        )
        for i, value in enumerate(values)
    ]


@pytest.mark.parametrize(
    ("name", "seed"),
    [(name, PUBLIC_SEED) for name in RIGHT]
    + list(one_in(16, [(name, seed) for name in RIGHT for seed in OTHER_SEEDS])),
)
def test_a_right_submission_gets_full_marks(name: str, seed: int) -> None:
    alone = parts_of("right", name)
    # What several functions do together is tried with the functions of different people below.
    parts = mark("right", name, alone or joint_parts_of("right", name), seed)
    assert parts
    assert not_passed(parts) == {}
    assert [part.score for part in parts] == [part.max_score for part in parts]


def in_teams() -> list[tuple[str, dict[str, str]]]:
    """Right submissions to each assignment put together, one for each function, so that every one meets others."""
    sources = {name: cells(path.read_text(encoding="utf-8"), REFERENCE) for name, path in FILES["right"].items()}
    teams = []
    for assignment in FOLDERS:
        own = dict.fromkeys(function for part in checks.parts(assignment) for function in part.functions)
        authors = {function: [name for name in RIGHT if function in sources[name]] for function in own}
        for i in range(max(len(names) for names in authors.values())):
            team = {function: names[i % len(names)] for function, names in authors.items() if names}
            teams.append((assignment, team))
    return teams


@pytest.mark.parametrize("number", one_in(7, [(number,) for number in range(len(in_teams()))]))
def test_right_functions_of_different_people_work_together(number: int) -> None:
    assignment, team = in_teams()[number]
    together = REFERENCE | {function: functions("right", name)[function] for function, name in team.items()}
    seed = (PUBLIC_SEED, *OTHER_SEEDS)[number % 3]
    for part in checks.parts(assignment):
        if len(part.functions) > 1:
            assert not_passed([run_part(part, LocalSubject(together, seconds=PATIENCE), seed)]) == {}, team


ALONE = {check: name for name in sorted(WRONG, reverse=True) for check in WRONG[name] if len(WRONG[name]) == 1}
"""For each check, a wrong submission that it alone catches."""


@pytest.mark.parametrize(
    "name",
    one_in(
        8,
        [(name,) for name in sorted(WRONG) if parts_of("wrong", name)],
        always=[(name,) for name in ALONE.values()],
    ),
)
def test_a_wrong_function_gets_exactly_the_marks_of_the_table_and_its_mistake_is_named(name: str) -> None:
    parts = mark("wrong", name, parts_of("wrong", name))
    assert_as_in_the_table(name, parts)
    assert named(parts) == NAMED.get(name, set())


def named(parts: list[Part]) -> set[str]:
    """The ids of the misconceptions that the reports name or offer."""
    found = set()
    for part in parts:
        ids = {mistake.name: mistake.id for mistake in PARTS[part.id].misconceptions} | {NONE_FITS: ""}
        for outcome in part.checks:
            found |= {ids[name] for name in outcome.diagnosis.split(" Or: ") if outcome.diagnosis} - {""}
    return found


def test_every_wrong_submission_is_named_or_known_to_be_in_no_catalogue() -> None:
    """Some show only in what functions do together, where no mistake is named."""
    for assignment, known in DIAGNOSES.items():
        wrong = set(TABLES[assignment]["WRONG"])
        assert set(known["NAMED"]) | set(known["OTHER"]) | (wrong & set(ONLY_TOGETHER)) == wrong
        assert len(known["NAMED"]) >= 0.8 * len(wrong)


def only_together() -> list[str]:
    """The submissions that no part about a single function catches."""
    return [
        name
        for name, lost in WRONG.items()
        if not set(lost) & {check.id for id in parts_of("wrong", name) for check in PARTS[id].checks}
    ]


ONLY_TOGETHER = only_together()
TWICE = ("SGD_ignores_lr", "square_loss_takes_the_sum")
"""With these fit once lost points for what they had been lost for already."""


@pytest.mark.parametrize(
    "name",
    one_in(
        12,
        [(name,) for name in sorted(WRONG) if joint_parts_of("wrong", name)],
        always=[(name,) for name in (*ONLY_TOGETHER, *TWICE)],
    ),
)
def test_what_works_with_a_wrong_function_gets_exactly_the_marks_of_the_table(name: str) -> None:
    parts = mark("wrong", name, joint_parts_of("wrong", name))
    assert_as_in_the_table(name, parts)
    if not parts_of("wrong", name):
        assert named(parts) == NAMED.get(name, set())


def assert_as_in_the_table(name: str, parts: list[Part]) -> None:
    checked = {outcome.id for part in parts for outcome in part.checks}
    assert not_passed(parts) == {id: status for id, status in WRONG[name].items() if id in checked}
    assert {part.id: part.score for part in parts} == {part.id: score_by_the_table(name, part.id) for part in parts}
    for part in parts:
        for outcome in part.checks:
            assert_readable(outcome)


def assert_readable(outcome: Outcome) -> None:
    """What is not passed says why, and what to do where there is something to do; nothing in it is about us."""
    if outcome.status == "passed":
        assert not any([outcome.message, outcome.example, outcome.got, outcome.expected, outcome.hint])
        return
    assert re.match(r"[\w`].*\.$", outcome.message, re.DOTALL), outcome.message
    assert bool(outcome.hint) == (outcome.status != "not_run")
    assert bool(outcome.got) <= (outcome.status == "failed")
    shown = "\n".join([outcome.message, outcome.example, outcome.got, outcome.expected, outcome.hint])
    assert not OURS.search(shown), shown
    assert len(shown) < 2000


@pytest.mark.parametrize("assignment", FOLDERS)
def test_the_table_lists_exactly_the_files_there_are(assignment: str) -> None:
    files = sorted(path.stem for path in (FOLDERS[assignment] / "wrong").glob("*.py"))
    assert sorted(name for group in TABLES[assignment]["GROUPS"] for name in group.files) == files


@pytest.mark.parametrize("assignment", FOLDERS)
def test_the_table_knows_exactly_the_checks_there_are(assignment: str) -> None:
    parts = {part.id: tuple(check.id for check in part.checks) for part in checks.parts(assignment)}
    assert parts == TABLES[assignment]["CHECKS"]


def test_names_are_unique_over_all_assignments() -> None:
    assert len(PARTS) == sum(len(checks.parts(name)) for name in FOLDERS)
    for kind, found in FILES.items():
        assert len(found) == sum(len(list((folder / kind).glob("*.py"))) for folder in FOLDERS.values())
    owners = [{function for part in checks.parts(name) for function in part.functions} for name in checks.assignments()]
    assert len(set().union(*owners)) == sum(map(len, owners))


def test_the_table_expects_nothing_of_parts_that_are_not_run() -> None:
    for name, statuses in WRONG.items():
        tried = (*parts_of("wrong", name), *joint_parts_of("wrong", name))
        run = {check.id for id in tried for check in PARTS[id].checks}
        assert statuses, name
        assert set(statuses) <= run, name


@pytest.mark.parametrize("check", [check.id for part in PARTS.values() for check in part.checks])
def test_every_check_catches_something_that_no_other_catches(check: str) -> None:
    assert set(WRONG[ALONE[check]]) == {check}


@pytest.mark.parametrize("kind", ["right", "wrong"])
def test_every_submission_says_in_its_docstring_what_it_does(kind: str) -> None:
    for name, path in FILES[kind].items():
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert re.fullmatch(r'"""[A-Z].*\."""', first), path.name
        assert parts_of(kind, name) or joint_parts_of(kind, name), path.name


def test_a_missing_function_loses_its_part_and_training_and_nothing_else() -> None:
    subject = LocalSubject({name: function for name, function in REFERENCE.items() if name != "sgd"})
    parts = {part.id: run_part(part, subject, PUBLIC_SEED) for part in checks.parts("linreg_scratch")}
    assert {id: part.score for id, part in parts.items() if part.score < part.max_score} == {"sgd": 0, "training": 0}
    for id in ("sgd", "training"):
        assert {outcome.status for outcome in parts[id].checks} == {"not_run"}
        assert parts[id].message == "There is no function called sgd."


def test_an_error_is_reported_with_its_line() -> None:
    (part,) = mark("wrong", "data_iter_fails_on_large_batches", ("data_iter",))
    errored = next(outcome for outcome in part.checks if outcome.status == "errored")
    where = "At line 11 of your cell (`rest = n % whole`), "
    assert errored.message == where + "data_iter raised ZeroDivisionError: integer modulo by zero."


CHANCY = [
    "data_iter_draws_with_replacement",
    "data_iter_swaps_a_few_rows",
    "linreg_adds_the_bias_to_the_features",
    "squared_loss_broadcasts_to_a_square",
    "sgd_averages_the_entries_of_the_gradient",
]
"""Failures whose text depends on what was drawn, by the checks or by the submission."""


@pytest.mark.parametrize("name", CHANCY)
def test_the_same_seed_gives_the_same_report(name: str) -> None:
    first, second = (mark("wrong", name, parts_of("wrong", name), seed=7) for _ in range(2))
    assert first == second


FRESH = """
import decimal, email.message, fractions, json.tool, sqlite3, xml.dom.minidom
import sys, test_submissions
for name in test_submissions.CHANCY[::2]:
    for part in test_submissions.mark("wrong", name, test_submissions.parts_of("wrong", name), seed=7):
        print(test_submissions.part_to_json(part))
"""


@pytest.mark.slow
def test_a_fresh_process_with_other_imports_gives_the_same_report() -> None:
    environment = os.environ | {
        "PYTHONHASHSEED": "1234",
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[1])]),
    }
    fresh = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FRESH],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert fresh.returncode == 0, fresh.stderr
    here = [part_to_json(part) for name in CHANCY[::2] for part in mark("wrong", name, parts_of("wrong", name), seed=7)]
    assert fresh.stdout.splitlines() == here
