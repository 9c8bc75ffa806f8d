"""Checks give the same outcomes everywhere, report the smallest failure, and survive student code of any kind."""

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers

from grader import running
from grader.claims import Check, PartSpec, Refuted, Unusable, claim
from grader.grading import Assignment, draw_ahead
from grader.running import SHRINK_CASES, draw_cases, run_check, run_part
from grader.seeds import derived_seed
from grader.subject import Crashed, Missing, NotImplementedYet, Raised, TimedOut

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Numbers:
    values: tuple[int, ...]

    def __str__(self) -> str:
        return f"values = {list(self.values)}"

    @property
    def size(self) -> int:
        return len(self.values)


def numbers(largest: int = 1000, length: int = 1) -> st.SearchStrategy[Numbers]:
    return st.lists(st.integers(0, largest), min_size=1, max_size=length).map(lambda drawn: Numbers(tuple(drawn)))


class Nobody:
    """A subject with no functions: the bodies of these checks do all there is to do."""

    def __init__(self) -> None:
        self.seeds: list[int] = []

    def reseed(self, seed: int) -> None:
        self.seeds.append(seed)


def check(body: Callable[[Any], None], *, name: str = "check", points: int = 1, **options: Any) -> Check:
    def run(subject: Any, case: Any) -> None:
        """It holds."""
        body(case)

    run.__name__ = name
    return claim(points=points, hint="Think.", **options)(run)


def outcome_of(made: Check, seed: int = 1):
    outcome, _ = run_check(made, Nobody(), seed)  # type: ignore[arg-type]
    return outcome


def run(*checks: Check, seed: int = 1):
    return run_part(PartSpec("part", ("f",), checks), Nobody(), seed)  # type: ignore[arg-type]


def holds(case: Any) -> None:
    pass


def fails(case: Any) -> None:
    raise Refuted("No.", got="1", expected="2")


def raises(fault: Exception) -> Callable[[Any], None]:
    def body(case: Any) -> None:
        raise fault

    return body


def is_below(limit: int) -> Callable[[Numbers], None]:
    def body(case: Numbers) -> None:
        if any(value >= limit for value in case.values):
            raise Refuted("Too large.")

    return body


# what becomes of a check


def test_a_check_that_holds_passes_with_its_points_and_without_a_hint():
    outcome = outcome_of(check(holds, points=3, given=numbers()))
    assert (outcome.status, outcome.points, outcome.max_points, outcome.hint) == ("passed", 3, 3, "")
    assert (outcome.message, outcome.example, outcome.got, outcome.expected) == ("", "", "", "")


def test_a_check_that_fails_loses_its_points_and_tells_everything():
    outcome = outcome_of(check(fails, points=3, given=st.just(Numbers((5,)))))
    assert (outcome.status, outcome.points, outcome.max_points) == ("failed", 0, 3)
    assert (outcome.claim, outcome.message, outcome.got, outcome.expected) == ("It holds.", "No.", "1", "2")
    assert (outcome.example, outcome.hint) == ("values = [5]", "Think.")


def test_an_example_of_the_check_itself_wins_over_the_drawn_case():
    def body(case: Numbers) -> None:
        raise Refuted("No.", example="twelve rows")

    assert outcome_of(check(body, given=numbers())).example == "twelve rows"


@pytest.mark.parametrize("limit", [1, 17, 640, 900])
def test_the_smallest_failing_case_is_reported(limit):
    assert outcome_of(check(is_below(limit), given=numbers(), examples=100)).example == f"values = [{limit}]"


def test_the_smallest_failing_case_has_the_fewest_numbers_to_read():
    def has_no_large_sum(case: Numbers) -> None:
        if sum(case.values) >= 900:
            raise Refuted("Too large.")

    assert outcome_of(check(has_no_large_sum, given=numbers(length=8), examples=100)).example == "values = [900]"


def test_a_check_without_cases_gets_a_generator_that_follows_the_seed():
    drawn: list[float] = []
    made = check(lambda rng: drawn.append(rng.random()))
    for seed in (1, 1, 2):
        assert outcome_of(made, seed).status == "passed"
    assert drawn[0] == drawn[1] != drawn[2]
    assert outcome_of(check(fails)).example == ""


def test_an_exception_of_ours_is_not_blamed_on_the_student():
    with pytest.raises(ZeroDivisionError):
        outcome_of(check(lambda case: 1 / 0, given=numbers()))
    with pytest.raises(ZeroDivisionError):
        outcome_of(check(lambda rng: 1 / 0))


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Raised("f", "KeyError", "3"), "errored"),
        (TimedOut("f", 1), "timed_out"),
        (Crashed("f", "ended with an abort"), "errored"),
        (Missing("f"), "errored"),
        (Unusable("No array."), "failed"),
    ],
)
def test_every_fault_has_its_status(fault, status):
    for made in (check(raises(fault), given=numbers()), check(raises(fault))):
        outcome = outcome_of(made)
        assert (outcome.status, outcome.points, outcome.hint) == (status, 0, "Think.")


# larger cases


def test_larger_cases_are_tried_after_the_small_ones_and_not_shrunk():
    def larger(rng: np.random.Generator) -> Iterable[Numbers]:
        yield Numbers((2000,))
        yield Numbers((int(rng.integers(5000, 6000)), 1, 1))

    body = is_below(3000)
    outcome = outcome_of(check(body, given=numbers(), also=larger))
    assert outcome.status == "failed"
    assert outcome.example.startswith("values = [5")
    assert outcome.example.endswith(", 1, 1]")
    assert outcome == outcome_of(check(body, given=numbers(), also=larger))


def test_a_first_case_is_tried_before_all_others_and_not_shrunk():
    seen = []
    made = check(lambda case: seen.append(case.values), given=numbers(), first=(Numbers((7, 7)),))
    assert outcome_of(made).status == "passed"
    assert seen[0] == (7, 7)
    assert len(seen) == 21

    def fails_on_sevens(case):
        if case.values == (7, 7):
            raise Refuted("Sevens.")

    failed = outcome_of(check(fails_on_sevens, given=numbers(), first=(Numbers((7, 7)),)))
    assert (failed.status, failed.example) == ("failed", str(Numbers((7, 7))))


def test_larger_cases_are_not_needed_when_a_small_one_fails():
    def larger(rng: np.random.Generator) -> Iterable[Numbers]:
        raise AssertionError("not reached")
        yield

    assert outcome_of(check(is_below(3), given=numbers(), also=larger)).example == "values = [3]"


def test_an_exception_on_a_larger_case_is_reported_with_it():
    def body(case: Numbers) -> None:
        if case.size > 1:
            raise Raised("f", "MemoryError", "")

    outcome = outcome_of(check(body, given=numbers(), also=lambda rng: [Numbers((1, 2))]))
    assert (outcome.status, outcome.example) == ("errored", "values = [1, 2]")


# the same everywhere


def test_equal_seeds_draw_equal_cases_and_others_do_not():
    def drawn(seed: int, name: str = "check") -> list[str]:
        cases: list[str] = []
        outcome_of(check(lambda case: cases.append(str(case)), name=name, given=numbers(10**9, 5), examples=25), seed)
        return cases

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)
    assert drawn(1) != drawn(1, "another_check")
    assert len(drawn(1)) == 25


def test_every_check_has_a_seed_of_its_own_that_never_changes():
    assert derived_seed(2018, "sgd_updates_the_parameters_in_place") == 92661052
    assert derived_seed(2018, "a") != derived_seed(2018, "b")
    assert derived_seed(1, "2") != derived_seed(12, "")
    assert all(0 <= derived_seed(seed, "a") < 2**31 for seed in (0, -1, 2**40, 10**30))


def test_the_subject_is_reseeded_before_every_check():
    subject = Nobody()
    checks = (check(holds, name="first", given=numbers()), check(holds, name="second"))
    run_part(PartSpec("part", ("f",), checks), subject, 7)  # type: ignore[arg-type]
    seeds = [derived_seed(derived_seed(7, name), "subject") for name in ("first", "second")]
    assert subject.seeds == seeds


def test_the_cases_of_a_check_are_drawn_once_for_a_whole_class():
    made = check(holds, given=numbers(10**9, 5), examples=25)
    assert draw_cases(made, 1) is draw_cases(made, 1)
    assert len(draw_cases(made, 1)) == 25
    assert draw_cases(check(holds), 1) == ()


def test_cases_that_were_drawn_ahead_are_the_ones_that_a_notebook_is_asked(monkeypatch):
    part = PartSpec("part", ("f",), (check(holds, given=numbers(10**9, 5)), check(holds, name="another")))
    draw_ahead(Assignment("drawing", (part,)), 5)
    monkeypatch.setattr(running, "_hypothesis", lambda *_: pytest.fail("Cases were drawn again."))
    assert run_part(part, Nobody(), 5).score == 2  # type: ignore[arg-type]


def test_hypothesis_draws_the_failing_case_again_to_shrink_it():
    """What fails without Hypothesis, for which it is the 30th case or so, comes back as the smallest that fails."""

    def body(case: Numbers) -> None:
        if max(case.values) >= 100:
            raise Refuted("Too large.")

    made = check(body, given=numbers(10**6, 6), examples=50)
    assert outcome_of(made).example == "values = [100]"


def test_a_failure_that_happens_only_once_still_counts():
    met: list[Numbers] = []

    def body(case: Numbers) -> None:
        met.append(case)
        if len(met) == 7:
            raise Refuted("Once.")

    outcome = outcome_of(check(body, given=numbers(10**9, 5), examples=25))
    assert (outcome.status, outcome.message, outcome.example) == ("failed", "Once.", str(met[6]))


DRAW = """
import hashlib, sys
from hypothesis import strategies as st
from grader.claims import claim
from grader.running import run_check

cases = []


class Case(tuple):
    size = 1


@claim(points=1, hint="", given=st.tuples(st.integers(), st.floats(), st.binary()).map(Case), examples=150)
def drawn(subject, case):
    "It holds."
    cases.append(repr(case))


class Nobody:
    def reseed(self, seed): pass


run_check(drawn, Nobody(), 3)
sys.stdout.write(hashlib.sha256("".join(cases).encode("utf-8", "replace")).hexdigest())
"""


SOMEBODY_ELSES_TEST = """
import hypothesis
from hypothesis import strategies as st


@hypothesis.settings(database=None)
@hypothesis.given(st.integers(), st.floats(), st.binary())
def test(number, other, data):
    pass


test()
"""


def test_outcomes_do_not_depend_on_what_else_a_process_has_imported(tmp_path, capsys):
    constants = [f"c{i} = ({i * 1234577 + 98765}, {i}.0625, 'text {i}', b'bytes {i}')" for i in range(200)]
    (tmp_path / "full_of_constants.py").write_text("\n".join(constants), encoding="utf-8")

    def drawn(script: str) -> str:
        command = [sys.executable, "-W", "error", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{script}"]
        return subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout

    alone = drawn(DRAW)
    assert len(alone) == 64
    assert drawn("import full_of_constants\n" + SOMEBODY_ELSES_TEST + DRAW) == alone
    exec(DRAW, {})  # here, beside everything that these tests have imported
    assert capsys.readouterr().out == alone


def test_settings_that_somebody_made_the_default_change_nothing():
    made = check(is_below(17), given=numbers(), examples=50)
    before = outcome_of(made)
    current = hypothesis.settings.get_current_profile_name()
    hypothesis.settings.register_profile("hasty", derandomize=True, max_examples=1, phases=[hypothesis.Phase.explicit])
    hypothesis.settings.load_profile("hasty")
    try:
        assert outcome_of(made) == before
    finally:
        hypothesis.settings.load_profile(current)
    assert before.example == "values = [17]"


def test_global_random_generators_go_on_as_if_nothing_had_happened():
    random.seed(5), np.random.seed(5)
    expected = random.random(), np.random.rand()
    random.seed(5), np.random.seed(5)
    outcome_of(check(is_below(3), given=numbers()))
    outcome_of(check(lambda rng: rng.random(100)))
    assert (random.random(), np.random.rand()) == expected


def test_what_hypothesis_was_given_to_work_with_is_put_back():
    before = providers._get_local_constants
    outcome_of(check(is_below(3), given=numbers()))
    assert providers._get_local_constants is before
    with pytest.raises(ZeroDivisionError):
        outcome_of(check(lambda case: 1 / 0, given=numbers()))
    assert providers._get_local_constants is before


# student code of any kind


def test_a_function_that_fails_only_once_is_caught():
    calls = 0

    def body(case: Numbers) -> None:
        nonlocal calls
        calls += 1
        if calls == 10:
            raise Refuted("Just this once.")

    outcome = outcome_of(check(body, given=numbers()))
    assert (outcome.status, outcome.message) == ("failed", "Just this once.")


@pytest.mark.parametrize("seed", range(5))
def test_a_function_that_fails_at_random_is_caught_and_crashes_nothing(seed):
    chance = random.Random(seed)

    def body(case: Numbers) -> None:
        kind = chance.random()
        if kind < 0.2:
            raise Refuted("Wrong.")
        if kind < 0.4:
            raise Raised("f", "ValueError", "at random")

    outcome = outcome_of(check(body, given=numbers(length=5)), seed)
    assert outcome.status in ("failed", "errored")
    assert outcome.example


def test_two_mistakes_in_one_function_give_one_report():
    def body(case: Numbers) -> None:
        if case.values[0] > 500:
            raise Refuted("Too large.")
        if case.values[0] > 100:
            raise Raised("f", "ValueError", "large")

    outcome = outcome_of(check(body, given=numbers(), examples=100))
    assert outcome.example == "values = [101]"
    assert (outcome.status, outcome.message) == ("errored", "f raised ValueError: large.")


def test_shrinking_stops_after_a_fixed_number_of_cases():
    calls = 0
    failed_at: list[int] = []

    def body(case: Numbers) -> None:
        nonlocal calls
        calls += 1
        if len(set(case.values)) >= 12:
            failed_at.append(calls)
            raise Refuted("Twelve different numbers.")

    outcome = outcome_of(check(body, given=numbers(10**6, 30), examples=100))
    assert outcome.status == "failed"
    assert calls - failed_at[1] == SHRINK_CASES  # the first failure was found without Hypothesis


@pytest.mark.parametrize("fault", [TimedOut("f", 1), Crashed("f", "ended"), Missing("f"), NotImplementedYet("f")])
def test_there_is_no_second_call_after_one_that_no_smaller_input_can_mend(fault):
    calls = 0

    def body(case: Numbers) -> None:
        nonlocal calls
        calls += 1
        if calls == 4:
            raise fault

    assert outcome_of(check(body, given=numbers())).points == 0
    assert calls == 4


def test_slow_calls_and_wasteful_strategies_are_nobodys_fault():
    slow = check(lambda case: time.sleep(0.25), given=numbers(), examples=2)
    assert outcome_of(slow).status == "passed"
    wasteful = numbers(1000, 60).filter(lambda case: sum(case.values) % 40 == 0)
    assert outcome_of(check(holds, given=wasteful)).status == "passed"
    large = st.binary(min_size=7000, max_size=7000).map(lambda drawn: Numbers(tuple(drawn)))
    assert outcome_of(check(holds, given=large)).status == "passed"


# parts


def test_a_part_adds_up_its_checks_in_their_order():
    part = run(check(holds, name="a", points=2), check(fails, name="b", points=3), check(holds, name="c", points=4))
    assert (part.id, part.score, part.max_score, part.message) == ("part", 6, 9, "")
    assert [(outcome.id, outcome.status) for outcome in part.checks] == [
        ("a", "passed"),
        ("b", "failed"),
        ("c", "passed"),
    ]


@pytest.mark.parametrize("fault", [Missing("f"), NotImplementedYet("f")])
@pytest.mark.parametrize("options", [{}, {"given": numbers()}])
def test_a_function_that_is_not_there_costs_its_part_with_one_message(fault, options):
    part = run(check(raises(fault), name="a", **options), check(holds, name="b"), check(fails, name="c"))
    assert (part.score, part.message) == (0, fault.sentence)
    assert {(outcome.status, outcome.message, outcome.hint) for outcome in part.checks} == {
        ("not_run", fault.sentence, "")
    }


def test_a_stub_that_comes_to_light_later_does_not_take_back_points():
    part = run(
        check(holds, name="a", points=2),
        check(raises(NotImplementedYet("f")), name="b", points=3),
        check(holds, name="c", points=4),
    )
    assert (part.score, part.message) == (6, "")
    assert [outcome.status for outcome in part.checks] == ["passed", "errored", "passed"]
    assert part.checks[1].message == "f is not implemented yet."


def test_an_exception_that_two_checks_begin_with_is_reported_once():
    fault = Raised("f", "KeyError", "3", 4, "p[3]")
    again = Raised("f", "KeyError", "17", 4, "p[3]")
    part = run(check(raises(fault), name="a"), check(raises(again), name="b"), check(fails, name="c"))
    assert [outcome.status for outcome in part.checks] == ["errored", "not_run", "not_run"]
    assert part.checks[0].message == "At line 4 of your cell (`p[3]`), f raised KeyError: 3."
    assert {(outcome.message, outcome.hint) for outcome in part.checks[1:]} == {("Mend the check above first.", "")}
    assert (part.score, part.message) == (0, "")


@pytest.mark.parametrize(
    "other",
    [Raised("f", "KeyError", "3", 5, "p[4]"), Raised("f", "ValueError", "3", 4, "p[3]"), Refuted("No."), None],
    ids=["another line", "another exception", "a wrong value", "nothing"],
)
def test_an_exception_in_the_first_check_alone_costs_that_check(other):
    second = check(raises(other) if other else holds, name="b")
    part = run(check(raises(Raised("f", "KeyError", "3", 4, "p[3]")), name="a"), second, check(holds, name="c"))
    assert part.checks[0].status == "errored"
    assert part.checks[1].status in ("errored", "failed", "passed")
    assert part.checks[2].status == "passed"


def test_an_exception_in_a_later_check_costs_only_that_check():
    part = run(check(holds, name="a"), check(raises(Raised("f", "KeyError", "3")), name="b"), check(holds, name="c"))
    assert [outcome.status for outcome in part.checks] == ["passed", "errored", "passed"]


@pytest.mark.parametrize("fault", [Unusable("Not an array."), TimedOut("f", 1), Crashed("f", "ended")])
def test_nothing_more_is_asked_of_an_unusable_endless_or_deadly_function(fault):
    part = run(check(holds, name="a"), check(raises(fault), name="b"), check(holds, name="c"))
    assert [outcome.status for outcome in part.checks][::2] == ["passed", "not_run"]
    assert part.score == 1


def test_a_subject_that_cannot_even_be_reseeded_costs_the_part_and_raises_nothing():
    class Gone(Nobody):
        def reseed(self, seed: int) -> None:
            raise Crashed("the notebook", "had to be restarted too often")

    spec = PartSpec("part", ("f",), (check(holds, name="a", given=numbers()), check(holds, name="b")))
    part = run_part(spec, Gone(), 1)  # type: ignore[arg-type]
    assert [outcome.status for outcome in part.checks] == ["errored", "not_run"]
    assert part.checks[0].message == "The notebook had to be restarted too often."


def test_a_part_is_the_same_twice_to_the_byte():
    checks = (
        check(is_below(640), name="a", given=numbers(length=6)),
        check(lambda rng: fails(rng.random()), name="b"),
    )
    assert json.dumps(str(run(*checks))) == json.dumps(str(run(*checks)))
