"""Tables for Canvas and Moodle: final scores only, in the right person's line, and no formula in any cell."""

import csv
import io

import pytest

from grader.export import GRADED, NOT_GRADED, NOT_SUBMITTED, WAITS, FinalGrade
from grader.report.lms import UnfitRoster, canvas_csv, fill_canvas, fill_moodle, moodle_csv

# As their documentation and their exports have them.
CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Homework 0 (11),Linear regression (12),Current Score,Final Score
,,,,,,Manual Posting,,
    Points Possible,,,,,10,46,(read only),(read only)
"Lovelace, Ada",501,S1,ada,"Maths, 1",7,,70,70
"Zuse, Zoe",502,S2,zoe,"Maths, 1",8,12,80,80
"Bell, Bob",503,S3,BOB@EXAMPLE.EDU,"Maths, 1",9,13,90,90
"=cmd|' /C calc'!A0",504,S4,cleo,"Maths, 1",9,EX,90,90
"Student, Test",509,,d41d8cd9,"Maths, 1",,,,
"""
MOODLE = """\
Identifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed",\
"Last modified (submission)","Last modified (grade)","Feedback comments"
"Participant 71","Ada Lovelace",ada@example.edu,"Submitted for grading",,46.00,Yes,"30 January 2026, 12:00 PM",-,
"Participant 72","Zoe Zuse",ZOE@example.edu,Graded,12.00,46.00,Yes,"30 January 2026, 12:00 PM",-,"Well done!"
"Participant 73","Cleo",cleo@example.edu,"No submission",3.00,46.00,Yes,-,-,
"""


def grade(student: str, score: float | None, status: str = GRADED, **changes) -> FinalGrade:
    basics = {"last_name": "", "first_name": "", "email": f"{student}@example.edu", "max_score": 46.0}
    return FinalGrade(**{**basics, "student": student, "score": score, "status": status, **changes})


CLASS = [
    grade("ada", 38.5),
    grade("bob", None, WAITS),
    grade("cleo", None, NOT_SUBMITTED),
    grade("zoe", None, NOT_GRADED),
]


def rows(text: str, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=delimiter, strict=True))


def cell(text: str, who: str, column: str) -> str:
    header, *others = rows(text)
    [found] = [row for row in others if who in row]
    return found[header.index(column)]


# Canvas


def test_canvas_gets_the_students_and_this_assignment_alone():
    table = fill_canvas(CANVAS.encode(), CLASS, "Linear regression")
    header, posting, possible, *people = rows(table.text)
    assert header == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Linear regression (12)"]
    assert posting == ["", "", "", "", "", "Manual Posting"]
    assert possible == ["    Points Possible", "", "", "", "", "46"]
    assert [row[:2] for row in people[:2]] == [["Lovelace, Ada", "501"], ["Zuse, Zoe", "502"]]
    assert table.left_out == ()


@pytest.mark.parametrize(
    ("login", "there"),
    [
        ("ada", "38.5"),
        ("zoe", ""),  # could not be graded
        ("BOB@EXAMPLE.EDU", ""),  # waits for a person; found by the address
        ("cleo", "EX"),  # nothing handed in: excused, says Canvas
        ("d41d8cd9", ""),
    ],
)
def test_only_final_scores_are_written_and_none_is_ever_a_zero(login, there):
    table = fill_canvas(CANVAS.encode(), CLASS, "Linear regression")
    assert cell(table.text, login, "Linear regression (12)") == there


def test_a_real_zero_is_written():
    assert (
        cell(
            fill_canvas(CANVAS.encode(), [grade("ada", 0.0)], "Linear regression").text, "ada", "Linear regression (12)"
        )
        == "0"
    )


@pytest.mark.parametrize("student", ["ada", "ADA", "S1", "501"])
def test_students_are_found_by_login_sis_id_or_number(student):
    table = fill_canvas(CANVAS.encode(), [grade(student, 5)], "Linear regression")
    assert cell(table.text, "ada", "Linear regression (12)") == "5"


def test_who_has_no_line_or_shares_one_is_named_and_gets_nothing():
    twice = CANVAS + '"Other, Ada",777,ada,other,"Maths, 2",,,,\n'
    several = [grade("ada", 5), grade("nobody", 6), grade("nobody2", None, WAITS), grade("zoe", 7), grade("S2", 8)]
    table = fill_canvas(twice.encode(), several, "Linear regression")
    assert table.left_out == ("S2", "ada", "nobody", "zoe")
    assert "5" not in [row[-1] for row in rows(table.text)]
    assert cell(table.text, "502", "Linear regression (12)") == "12"


def test_a_gradebook_as_some_countries_have_it():
    text = "\ufeff" + CANVAS.replace(",", ";").replace("; ", ", ")
    table = fill_canvas(text.encode(), CLASS, "Linear regression")
    assert table.text.startswith("\ufeffStudent;ID;")
    assert rows(table.text, ";")[3] == ["Lovelace, Ada", "501", "S1", "ada", "Maths, 1", "38.5"]


@pytest.mark.parametrize(
    ("roster", "title", "sentence"),
    [
        (CANVAS, "Homework 2", "no column called 'Homework 2'. .* There are: Homework 0 .11., Linear regression .12."),
        (CANVAS.replace("Homework 0", "Linear regression"), "Linear regression", "It has 2 columns called"),
        (
            CANVAS.replace(",46,", ",100,"),
            "Linear regression",
            "Points Possible is 100 in Canvas, and .* has 46 points",
        ),
        (CANVAS, "ID", "It has no column called 'ID'"),
        (MOODLE, "Linear regression", "no column SIS Login ID"),
        ("", "a", "It is empty."),
        ('Student,"ID\n', "a", "not a table of comma-separated values"),
        ("Student,ID,ID\n", "a", "several columns called 'ID'"),
    ],
)
def test_a_roster_that_does_not_fit_is_refused_in_a_sentence(roster, title, sentence):
    with pytest.raises(UnfitRoster, match=sentence):
        fill_canvas(roster.encode(), CLASS, title)


def test_a_roster_that_is_not_text_is_refused():
    with pytest.raises(UnfitRoster, match="not UTF-8"):
        fill_canvas("Müller".encode("latin-1"), CLASS, "a")


def test_without_a_roster_canvas_finds_students_by_login():
    ada = grade("ada", 38.5, last_name="Lovelace", first_name="Ada")
    assert rows(canvas_csv([ada, grade("bob", None, WAITS)], "linreg_scratch").text) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "linreg_scratch"],
        ["    Points Possible", "", "", "", "", "46"],
        ["Lovelace, Ada", "", "", "ada", "", "38.5"],
        ["bob", "", "", "bob", "", ""],
    ]


# Moodle


def test_moodles_worksheet_is_filled_in_and_nothing_else_in_it_changes():
    table = fill_moodle(MOODLE.encode(), CLASS, dict.fromkeys(("ada", "cleo", "zoe"), "Total: 34 of 40 points"))
    before, after = rows(MOODLE), rows(table.text)
    grade_at, feedback_at = before[0].index("Grade"), before[0].index("Feedback comments")
    assert [row[grade_at] for row in after[1:]] == ["38.5", "", "3.00"]
    assert [row[feedback_at] for row in after[1:]] == ["<pre>Total: 34 of 40 points</pre>", "Well done!", ""]
    for row in (*before, *after):
        del row[feedback_at], row[grade_at]
    assert after == before
    assert table.left_out == ()


def test_feedback_is_text_in_moodles_page():
    table = fill_moodle(MOODLE.encode(), CLASS, {"ada": "<script>alert(1)</script>&"})
    assert (
        cell(table.text, "Participant 71", "Feedback comments")
        == "<pre>&lt;script&gt;alert(1)&lt;/script&gt;&amp;</pre>"
    )


@pytest.mark.parametrize(
    ("roster", "sentence"),
    [
        (MOODLE.replace("46.00", "100.00"), "Maximum Grade is 100.00 in Moodle, and the assignment has 46 points."),
        (MOODLE.replace("Identifier", "Kennung"), "in English"),
        (MOODLE.replace('"Email address"', "Nothing"), "does not say who is who"),
    ],
)
def test_a_worksheet_that_does_not_fit_is_refused_in_a_sentence(roster, sentence):
    with pytest.raises(UnfitRoster, match=sentence):
        fill_moodle(roster.encode(), CLASS, {})


def test_without_a_worksheet_moodle_is_told_logins_and_addresses():
    assert rows(moodle_csv(CLASS[:2], "linreg_scratch").text) == [
        ["Username", "First name", "Last name", "Email address", "linreg_scratch"],
        ["ada", "", "", "ada@example.edu", "38.5"],
        ["bob", "", "", "bob@example.edu", ""],
    ]


# injection


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://evil","me")'])
def test_no_cell_is_a_formula_whoever_wrote_it(formula):
    named = [grade("ada", 5, last_name=formula, email=formula)]
    quoted = '"' + formula.replace('"', '""') + '"'
    roster = CANVAS.replace('"Lovelace, Ada"', quoted).encode()
    worksheet = MOODLE.replace('"Ada Lovelace"', quoted).encode()
    tables = [canvas_csv(named, formula), moodle_csv(named, formula), fill_canvas(roster, named, "Linear regression")]
    tables.append(fill_moodle(worksheet, [grade("ada", 5)], {}))
    for table in tables:
        cells = [cell for row in rows(table.text) for cell in row]
        assert f"'{formula}" in cells
        assert formula not in cells


def test_commas_quotes_and_lines_in_a_name_stay_in_their_cell():
    name = 'O\'Hara, "Jr"\nx,y'
    assert cell(moodle_csv([grade("ada", 5, last_name=name)], "a").text, "ada", "Last name") == name
