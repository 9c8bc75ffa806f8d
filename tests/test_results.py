"""The records and their JSON, which other programs rely on."""

import json

import msgspec
import pytest

from grader.results import SCHEMA, Outcome, Part, Result, part_from_json, part_to_json, printable, to_json


def outcome(**details) -> Outcome:
    return Outcome(**{"id": "c", "status": "passed", "points": 1, "max_points": 1, "claim": "It holds.", **details})


def part(**details) -> Part:
    return Part(**{"id": "sgd", "score": 1, "max_score": 1, "checks": (outcome(),), **details})


def result(**details) -> Result:
    basics = {"assignment": "a", "notebook": "n.ipynb", "status": "graded", "score": 1, "max_score": 1, "seed": 7}
    return Result(**{**basics, "isolation": "none", "parts": (part(),), **details})


def test_the_json_has_the_agreed_keys_in_the_agreed_order():
    document = json.loads(to_json([result()]))
    assert list(document) == ["results"]
    [found] = document["results"]
    assert list(found) == [
        *("schema", "assignment", "notebook", "status", "reason", "score", "max_score", "seed", "isolation", "parts")
    ]
    [found_part] = found["parts"]
    assert list(found_part) == ["id", "score", "max_score", "checks", "message"]
    [check] = found_part["checks"]
    assert list(check) == [
        *("id", "status", "points", "max_points", "claim", "message", "example", "got", "expected", "diagnosis", "hint")
    ]
    assert found["schema"] == SCHEMA == 1


def test_the_json_is_a_text_of_lines_with_the_results_in_order():
    text = to_json([result(notebook="b.ipynb"), result(notebook="a.ipynb")])
    assert text.endswith("}\n")
    assert text.startswith('{\n  "results": [\n')
    assert [found["notebook"] for found in json.loads(text)["results"]] == ["b.ipynb", "a.ipynb"]
    assert json.loads(to_json([])) == {"results": []}


def test_an_ungradable_notebook_has_no_score_at_all():
    found = result(status="ungradable", score=None, parts=(), reason="It is empty.")
    [record] = json.loads(to_json([found]))["results"]
    assert record["score"] is None
    assert record["parts"] == []
    assert not found.full_marks


@pytest.mark.parametrize(
    ("details", "full"),
    [
        ({}, True),
        ({"score": 0}, False),
        ({"score": 2}, False),
        ({"score": None, "status": "ungradable"}, False),
        ({"score": 1, "status": "ungradable"}, False),
        ({"score": 0, "max_score": 0}, True),
    ],
)
def test_full_marks_are_all_the_points_of_a_graded_notebook(details, full):
    assert result(**details).full_marks is full


@pytest.mark.parametrize("status", ["passed", "failed", "errored", "timed_out", "not_run"])
def test_a_part_survives_the_way_through_json(status):
    texts = {name: f"{name} <é>\n\t“{status}”" for name in ("claim", "message", "example", "got", "expected", "hint")}
    before = part(checks=(outcome(status=status, **texts), outcome(id="d", diagnosis="Swapped?")), message="For all.")
    assert part_from_json(part_to_json(before)) == before


def changed(path: str, value: object) -> str:
    document = json.loads(part_to_json(part()))
    *way, last = path.split(".")
    node = document
    for step in way:
        node = node[int(step)] if step.isdigit() else node[step]
    node[last] = value
    return json.dumps(document)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{}",
        '{"id": "sgd"}',
        part_to_json(part()) + "x",
        part_to_json(part())[:-1],
        changed("score", 1.0),
        changed("score", "1"),
        changed("score", None),
        changed("score", True),
        changed("score", float("nan")),
        changed("checks", {}),
        changed("checks", [None]),
        changed("checks.0.status", "PASSED"),
        changed("checks.0.status", "ungradable"),
        changed("checks.0.points", 0.5),
        changed("checks.0.claim", None),
        changed("checks.0.bonus", 100),
        changed("bonus", 100),
        "[" * 5000,
    ],
)
def test_anything_else_is_no_part(text):
    with pytest.raises((msgspec.DecodeError, RecursionError)):
        part_from_json(text)


def test_records_cannot_be_changed():
    with pytest.raises(AttributeError):
        outcome().points = 100
    with pytest.raises(AttributeError):
        result().score = 100


@pytest.mark.parametrize(
    "text", ["", "plain", "two\nlines\twith a tab", "<b>é “ŷ” 数 ∑ 🙂</b>", "e\u0301", "x = [[1, 2],\n     [3, 4]]"]
)
def test_ordinary_text_is_printable_as_it_is(text):
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("\x9b31m", r"\x9b31m"),
        ("a\rb\r\n", "a\\rb\\r\n"),
        ("a\x00b\x07\x08\x7f", r"a\x00b\x07\x08\x7f"),
        ("user\u202etxt.exe", r"user\u202etxt.exe"),
        ("\u2066x\u2069", r"\u2066x\u2069"),
        ("a\u200bb\ufeff", r"a\u200bb\ufeff"),
        ("a\u2028b\u2029c\x0bd\x85", r"a\u2028b\u2029c\x0bd\x85"),
        ("\ud800 and \udcff", r"\ud800 and \udcff"),
        ("\uffff\U000e0041", r"\uffff\U000e0041"),
    ],
)
def test_what_could_be_misread_is_written_as_an_escape(text, shown):
    assert printable(text) == shown
    printable(text).encode()
    assert printable(printable(text)) == printable(text)


def test_every_text_of_a_record_is_printable_wherever_it_came_from():
    nasty, shown = "\x1b[2J\u202e\ud800", r"\x1b[2J\u202e\ud800"
    made = outcome(message=nasty, example=nasty, got=nasty, claim=nasty)
    assert {made.message, made.example, made.got, made.claim} == {shown}
    found = result(notebook=nasty, reason=nasty, parts=(part(checks=(made,), message=nasty),))
    assert found.notebook == found.reason == found.parts[0].message == shown
    assert json.loads(to_json([found]))["results"][0]["notebook"] == shown
    read = part_from_json(changed("checks.0.message", "\x1b[2J\u202e"))
    assert read.checks[0].message == r"\x1b[2J\u202e"
