"""Claims become checks, checks become parts; the ways in which student code can fail to return become sentences."""

import numpy as np
import pytest
from hypothesis import strategies as st

from grader.claims import Check, Refuted, Unusable, claim, part
from grader.subject import (
    Crashed,
    Missing,
    NotAnArray,
    NotImplementedYet,
    Raised,
    StudentFault,
    Subject,
    Tensor,
    TimedOut,
)


def make_check(points: int = 1, name: str = "one_is_one") -> Check:
    def body(subject: Subject, case: object) -> None:
        """One is one."""

    body.__name__ = name
    return claim(points=points, hint="Look again.")(body)


def test_a_check_is_named_after_its_function_and_claims_the_first_paragraph_of_its_docstring():
    @claim(points=3, hint="Count again.", given=st.integers(), examples=7)
    def two_and_two_make_four(subject: Subject, case: int) -> None:
        """Two and two
        make four.

        Measured for small values of two only.
        """

    assert isinstance(two_and_two_make_four, Check)
    assert two_and_two_make_four.id == "two_and_two_make_four"
    assert two_and_two_make_four.claim == "Two and two make four."
    assert (two_and_two_make_four.points, two_and_two_make_four.hint) == (3, "Count again.")
    assert two_and_two_make_four.examples == 7


def test_a_check_without_a_sentence_for_the_student_is_refused():
    def wordless(subject: Subject, case: object) -> None: ...

    with pytest.raises(ValueError, match="wordless needs a docstring"):
        claim(points=1, hint="")(wordless)


@pytest.mark.parametrize("points", [0, -1, 1.5, True, "2", None])
def test_points_are_positive_whole_numbers(points):
    with pytest.raises(ValueError, match="positive whole number"):
        claim(points=points, hint="")


def test_a_false_alarm_rate_is_a_probability_and_none_by_default():
    assert make_check().false_alarm == 0.0
    for rate in (-0.1, 1.0, float("nan")):
        with pytest.raises(ValueError, match="false_alarm must be a probability"):
            claim(points=1, hint="", false_alarm=rate)


def test_a_part_has_the_checks_of_its_module_in_their_order():
    first, second = make_check(2, "zebra"), make_check(3, "ant")
    spec = part("sums", ("add",), {"first": first, "helper": len, "number": 3, "second": second})
    assert spec.checks == (first, second)
    assert (spec.id, spec.functions, spec.max_score) == ("sums", ("add",), 5)


def test_a_part_without_checks_is_refused():
    with pytest.raises(ValueError, match="'sums' has no checks"):
        part("sums", ("add",), {"helper": len})


def test_checks_and_parts_cannot_be_changed_afterwards():
    check = make_check()
    spec = part("sums", ("add",), {"check": check})
    with pytest.raises(AttributeError):
        check.points = 100  # type: ignore[misc]
    with pytest.raises(AttributeError):
        spec.checks = ()  # type: ignore[misc]


def test_a_refutation_carries_what_was_compared():
    fault = Refuted("Wrong.", got="1", expected="2", example="x = 3")
    assert (fault.message, fault.got, fault.expected, fault.example) == ("Wrong.", "1", "2", "x = 3")
    assert isinstance(Unusable("No array."), Refuted)


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (Missing("sgd"), "There is no function called sgd."),
        (Missing("sgd", "a float"), "sgd is a float, not a function."),
        (NotImplementedYet("sgd"), "sgd is not implemented yet."),
        (Raised("sgd", "ValueError", "no such p"), "sgd raised ValueError: no such p."),
        (Raised("sgd", "ValueError", "no such p."), "sgd raised ValueError: no such p."),
        (Raised("sgd", "ValueError", ""), "sgd raised ValueError."),
        (Raised("sgd", "KeyError", "3", 4, "p[3]"), "At line 4 of your cell (`p[3]`), sgd raised KeyError: 3."),
        (Raised("the training loop", "ValueError", ""), "The training loop raised ValueError."),
        (Raised("sgd", "KeyError", "3", None, "p[3]"), "sgd raised KeyError: 3."),
        (Raised("sgd", "KeyError", "3", 4, ""), "sgd raised KeyError: 3."),
        (Crashed("sgd", "ended with an abort"), "sgd ended with an abort."),
        (Crashed("the notebook", "ended the whole process"), "The notebook ended the whole process."),
        (TimedOut("sgd", 2.0), "sgd took longer than 2 seconds. Look for a loop that never ends."),
        (TimedOut("sgd", 0.5), "sgd took longer than 0.5 seconds. Look for a loop that never ends."),
    ],
)
def test_every_fault_tells_its_story_in_a_sentence(fault: StudentFault, sentence: str):
    assert fault.sentence == sentence


def test_a_tensor_is_compared_in_float64_whatever_its_dtype():
    third = Tensor(np.array([[1 / 3]], dtype=np.float32), "cpu(0)")
    assert (third.dtype, third.shape) == ("float32", (1, 1))
    assert third.exact().dtype == np.float64
    assert third.exact()[0, 0] == np.float32(1 / 3)
    assert Tensor(np.array(True), "cpu(0)").exact() == 1.0


def test_descriptions_are_frozen():
    value = NotAnArray("None")
    with pytest.raises(AttributeError):
        value.kind = "an NDArray"  # type: ignore[misc]
