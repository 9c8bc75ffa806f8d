"""Which names may be a student's id, and what is said of the others."""

import re

import pytest

from grader.file_names import UnsafeName, safe_parts, same_place, shown
from grader.student_ids import problem_with_id


@pytest.mark.parametrize(
    "student", ["ada", "Ada.Lovelace", "s1234567", "0042", "_guest", "ada@example.edu", "a-b", "x"]
)
def test_names_that_courses_use_are_ids(student):
    assert problem_with_id(student) is None


REFUSED = {
    "": "is empty",
    "../x": 'has "/" in it',
    "..": 'starts with "."',
    ".hidden": 'starts with "."',
    "-rf": 'starts with "-"',
    "@SUM(1)": 'has "(" in it',
    "@all": 'starts with "@"',
    "ada\nERROR all is lost": "has the character U+000A in it",
    "ada\0": "has the character U+0000 in it",
    "=cmd()": 'has "=" in it',
    "+cmd": 'has "+" in it',
    "ada+ps1": 'has "+" in it',
    "Ada Lovelace": "has a space in it",
    "a*": 'has "*" in it',
    "a[b]": 'has "[" in it',
    "ada,bob": 'has "," in it',
    "c:ada": 'has ":" in it',
    "ad\N{CYRILLIC SMALL LETTER A}": "has the character CYRILLIC SMALL LETTER A in it",
    "ren\N{LATIN SMALL LETTER E WITH ACUTE}": "has the character LATIN SMALL LETTER E WITH ACUTE in it",
    "ada\N{RIGHT-TO-LEFT OVERRIDE}": "has the character RIGHT-TO-LEFT OVERRIDE in it",
    "\udc80": "has the character U+DC80 in it",
    "x" * 300: "has 300 characters; at most 128 are allowed",
}


@pytest.mark.parametrize(("student", "reason"), REFUSED.items(), ids=map(ascii, REFUSED))
def test_what_means_something_elsewhere_is_no_id(student, reason):
    told = problem_with_id(student)
    assert told is not None
    assert told.startswith(reason)
    assert told.isprintable()
    assert told.isascii()


def test_the_longest_id_fits_into_the_gradebook():
    from nbgrader.api import Student

    width = Student.__table__.c.id.type.length
    assert problem_with_id("x" * width) is None
    assert problem_with_id("x" * (width + 1)) is not None


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("a.ipynb", ("a.ipynb",)),
        ("./work//figures/loss.png", ("work", "figures", "loss.png")),
        ("./", ()),
        (
            "Zo\N{LATIN SMALL LETTER E WITH DIAERESIS}'s answers",
            ("Zo\N{LATIN SMALL LETTER E WITH DIAERESIS}'s answers",),
        ),
        ("..a/b..", ("..a", "b..")),
    ],
)
def test_honest_paths_are_taken_apart(path, parts):
    assert safe_parts(path) == parts


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("../a", "leads out of its folder"),
        ("a/../../b", "leads out of its folder"),
        ("/etc/passwd", "starts at the root"),
        ("C:a", "starts with the letter of a drive"),
        ("a\\b", "has a slash or a backslash"),
        ("a\0b", "control character"),
        ("a\nb", "line break"),
        ("a\udc80", "not text"),
        ("x" * 256, "has a name of 256 bytes"),
        ("x/" * 40, "lies 40 folders deep"),
        ("/".join(["x" * 200] * 6), "too long"),
        ("\N{LATIN SMALL LETTER E WITH ACUTE}" * 128, "has a name of 256 bytes"),
    ],
)
def test_unsafe_paths_are_refused(path, reason):
    with pytest.raises(UnsafeName, match=re.escape(reason)):
        safe_parts(path)


def test_case_and_the_way_accents_are_stored_do_not_make_two_places():
    assert same_place(("A", "\N{LATIN CAPITAL LETTER E WITH ACUTE}")) == same_place(
        ("a", "e\N{COMBINING ACUTE ACCENT}")
    )
    assert same_place(("a", "b")) != same_place(("a", "c"))


def test_what_is_shown_stays_on_one_line_and_is_cut():
    assert shown("a\nb\x1b[31m\N{RIGHT-TO-LEFT OVERRIDE}\udc80") == r"'a\nb\x1b[31m\u202e\udc80'"
    assert len(shown("x" * 500)) == 82
