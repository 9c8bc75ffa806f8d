"""From what a function answered to the name of the mistake: one is named, several are offered, none is admitted."""

from __future__ import annotations

import re

import numpy as np
import pytest

from grader import checks
from grader.claims import PartSpec, claim
from grader.diagnosis import MAX_OBSERVATIONS, NONE_FITS, Misconception, Observation, Recorder, diagnose
from grader.misconceptions import compare, computes, same
from grader.results import Outcome
from grader.running import run_part
from grader.subject import Called, Missing, NotAnArray, Raised, Tensor

PARTS = checks.parts("linreg_scratch")
MISTAKES = [(part.id, mistake) for part in PARTS for mistake in part.misconceptions]


def seen(*values: float) -> list[Observation]:
    """A function of one number, called with 1, 2, 3, ...; it should double them."""
    return [
        Observation("f", (np.array([float(x)]),), Called(Tensor(np.array([value], np.float32), "cpu(0)")))
        for x, value in enumerate(values, start=1)
    ]


def mistake(id: str, factor: float, *, power: int = 1, broad: bool = False) -> Misconception:
    model = computes(lambda x: factor * x**power, instead_of=lambda x: 2 * x)
    return Misconception(id, f"It is {id}.", f"Think of {id}.", model, broad)


TRIPLED, SQUARED, ADDED = mistake("tripled", 3), mistake("squared", 1, power=2), mistake("twice the square", 2, power=2)


def outcome(id: str = "check", status: str = "failed") -> Outcome:
    return Outcome(id=id, status=status, points=0, max_points=1, claim="It doubles.", hint="Look again.")  # type: ignore[arg-type]


def told(observed: dict[str, list[Observation]], *known: Misconception, status: str = "failed") -> list[str]:
    outcomes = [outcome(id, status) for id in observed]
    return [one.diagnosis for one in diagnose(outcomes, observed, known)]


def test_one_mistake_that_fits_is_named_and_its_hint_replaces_the_checks_own():
    [found] = diagnose([outcome()], {"check": seen(3, 6)}, [TRIPLED, SQUARED])
    assert (found.diagnosis, found.hint) == ("It is tripled.", "Think of tripled.")


def test_several_are_offered_and_the_checks_hint_stays():
    """At 2, the square of a number and twice the number are the same; at 1, once and squared."""
    half = mistake("left alone", 1)
    [found] = diagnose([outcome()], {"check": seen(1)}, [half, SQUARED, TRIPLED])
    assert (found.diagnosis, found.hint) == ("It is left alone. Or: It is squared.", "Look again.")


def test_what_was_seen_in_another_check_rules_a_mistake_out_even_if_that_check_passed():
    known = [mistake("left alone", 1), SQUARED]
    assert told({"check": seen(1), "other": seen(1, 4)[1:]}, *known)[0] == "It is squared."


def test_a_check_that_saw_too_little_is_explained_by_what_another_one_saw():
    """At 2 twice the number is the square as well: nothing to see there."""
    assert told({"first": seen(1, 4, 9), "second": seen(1, 4)[1:]}, SQUARED) == ["It is squared."] * 2


def test_when_none_fits_it_is_admitted():
    assert told({"check": seen(7, 8)}, TRIPLED, SQUARED) == [NONE_FITS]


def test_more_than_a_few_explanations_explain_nothing():
    known = [mistake(f"number {i}", 3) for i in range(5)]
    assert told({"check": seen(3)}, *known) == [NONE_FITS]


def test_a_broad_explanation_gives_way_to_a_precise_one():
    broad = mistake("somehow three times", 3, broad=True)
    assert told({"check": seen(3)}, TRIPLED, broad) == ["It is tripled."]
    assert told({"check": seen(3)}, broad) == ["It is somehow three times."]


@pytest.mark.parametrize("status", ["passed", "not_run", "timed_out"])
def test_only_failures_are_diagnosed(status):
    assert told({"check": seen(3)}, TRIPLED, status=status) == [""]


def test_an_exception_that_nobody_knows_speaks_for_itself():
    raised = Observation("f", (np.ones(1),), Raised("f", "KeyError", "'x'"))
    assert told({"check": [raised]}, TRIPLED, status="errored") == [""]


def test_a_part_without_a_catalogue_is_left_as_it_is():
    assert told({"check": seen(3)}) == [""]


@pytest.mark.parametrize("error", [ValueError, IndexError, ZeroDivisionError])
def test_a_model_that_cannot_cope_with_an_input_costs_nobody_anything(error):
    def broken(one: Observation) -> bool:
        raise error

    assert told({"check": seen(3)}, Misconception("broken", "It is broken.", "Mend it.", broken)) == [NONE_FITS]


def test_numbers_are_compared_as_float32_shows_them():
    third = np.array([1 / 3])
    assert same(third.astype(np.float32).astype(float), third)
    assert not same(third * 1.001, third)
    assert not same(np.array([np.nan]), third)
    assert compare(third, third, third) is None
    assert compare(2 * third, third, third) is False


# recording


class Nothing:
    """A subject whose functions return nothing, and one of them is missing."""

    def reseed(self, seed: int) -> None: ...

    def call(self, name: str, *arrays: np.ndarray, **options: object) -> Called:
        if name == "missing":
            raise Missing(name)
        return Called(NotAnArray("None"))


def test_a_recorder_hands_everything_on_and_keeps_answers_and_faults():
    recorder = Recorder(Nothing())  # type: ignore[arg-type]
    recorder.begin("first")
    assert recorder.call("f", [1.0]) == Called(NotAnArray("None"))
    recorder.begin("second")
    with pytest.raises(Missing):
        recorder.call("missing", [2.0], dtype="float64")
    [first], [second] = recorder.seen["first"], recorder.seen["second"]
    assert isinstance(first.answer, Called)
    assert isinstance(second.answer, Missing)
    assert (second.function, second.dtype, second.inputs[0].tolist()) == ("missing", "float64", [2.0])


def test_a_recorder_keeps_so_many_and_no_more():
    recorder = Recorder(Nothing())  # type: ignore[arg-type]
    recorder.begin("check")
    for i in range(MAX_OBSERVATIONS + 9):
        recorder.call("f", [float(i)])
    assert len(recorder.seen["check"]) == MAX_OBSERVATIONS


def test_a_part_is_diagnosed_when_it_is_run():
    @claim(points=1, hint="Look again.")
    def it_returns_an_array(subject, rng):
        """It returns an array."""
        from grader import expect

        expect.tensor(subject.call("f", [1.0]).value, "f(x)")

    nothing = Misconception("nothing", "Nothing comes back.", "Return it.", lambda one: True)
    part = PartSpec("part", ("f",), (it_returns_an_array,), (nothing,))
    [found] = run_part(part, Nothing(), 1).checks  # type: ignore[arg-type]
    assert (found.status, found.diagnosis, found.hint) == ("failed", "Nothing comes back.", "Return it.")


# the catalogue


@pytest.mark.parametrize("part", [part for part in PARTS if part.id != "training"], ids=lambda part: part.id)
def test_every_mistake_of_a_part_has_an_id_and_a_name_of_its_own(part):
    assert len(part.misconceptions) >= 20
    for field in ("id", "name"):
        texts = [getattr(mistake, field) for mistake in part.misconceptions]
        assert len(set(texts)) == len(texts)


@pytest.mark.parametrize(("part", "mistake"), MISTAKES, ids=lambda value: getattr(value, "id", value))
def test_a_name_and_a_hint_are_sentences_and_the_hint_is_no_answer(part, mistake):
    assert re.fullmatch(r"[\w/].*\.", mistake.name)
    assert " Or: " not in mistake.name
    assert re.fullmatch(r"[\w/+*-].*[.?]", mistake.hint)
    assert len(mistake.hint) < 200
    assert not re.search(r"nd\.dot|reshape\(|/ batch_size|param\[:\] = param - lr|\*\* 2 / 2", mistake.hint)
