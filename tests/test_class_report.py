"""`grader report`: what a class knows and does not, counted right, told to its instructor, and never to be run."""

from __future__ import annotations

import csv
import re
import shutil
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from grader.cli import main
from grader.cohort import command
from grader.cohort.run import CohortAutograde
from grader.course import Course
from grader.records import Record, read_record, write_record
from grader.report.class_report import NoReport, class_page, class_table, report_class
from grader.report.findings import find
from grader.report.register import Register, Student
from grader.results import Outcome, Part, Result
from tests import invented
from tests.desk import Desk, generate, open_desk
from tests.malformed import NAME

pytestmark = pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning")
ROOT = Path(__file__).resolve().parents[1]


class Page(HTMLParser):
    """The elements of a page, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def values(self, name: str) -> list[str]:
        return [value for _, attributes in self.elements if (value := attributes.get(name))]


def register(results: dict[str, Result]) -> Register:
    """A class of these results, of somebody who could not be graded, and of somebody who handed in nothing."""
    records = {
        student: Record(
            student=student, given="", notebook="", automatic="", stopped=0, result=result, seconds=3.0 + len(student)
        )
        for student, result in results.items()
    }
    students = [Student(student, "graded", record=record) for student, record in records.items()]
    students.append(Student("x-broken", "could not grade", name=invented.NASTY, reason=f"A link.{invented.NASTY}"))
    students.append(Student("x-absent", "not handed in", name='=HYPERLINK("x")'))
    return Register(NAME, tuple(students))


def page_of(results: dict[str, Result]) -> str:
    return class_page(register(results), find(results), {"sgd": "Part 4"})


# What is found


def test_every_number_is_that_of_the_results():
    results = invented.results(200)
    found = find(results)
    assert found.scores is not None
    assert list(found.scores.values) == sorted(result.score for result in results.values())
    assert len(found.full_marks) == sum(result.full_marks for result in results.values())
    for place, part in enumerate(found.parts):
        scores = [result.parts[place].score for result in results.values()]
        assert part.mean == pytest.approx(sum(scores) / 200)
        assert (part.full, part.none) == (scores.count(part.most), scores.count(0))
    for check in found.checks:
        status = Counter(
            outcome.status
            for result in results.values()
            for part in result.parts
            for outcome in part.checks
            if (part.id, outcome.id) == (check.part, check.id)
        )
        assert (check.passed, check.students) == (status["passed"], 200)
        assert check.failed == status["failed"]


def test_what_is_found_does_not_depend_on_the_order():
    results = invented.results(60)
    assert find(results) == find(dict(reversed(results.items())))


def failed(diagnosis: str, example: str, part: str = "sgd") -> Result:
    outcome = Outcome(
        id=f"{part}_moves",
        status="failed",
        points=0,
        max_points=2,
        claim="It moves.",
        example=example,
        diagnosis=diagnosis,
        hint="Which way?",
    )
    return invented.result((Part(id=part, score=0, max_score=2, checks=(outcome,)),))


def test_the_mistake_that_most_share_comes_first_with_the_smallest_example():
    climbs, forgets = "The step goes uphill.", "The batch size is forgotten."
    results = {
        **{f"a{n}": failed(forgets, "lr = 1") for n in range(2)},
        **{f"b{n}": failed(climbs, "lr = 1" + "0" * n) for n in range(3)},
        "c": failed(f"{climbs} Or: {forgets}", "lr = 2"),
        **{f"d{n}": failed("", "lr = 3", part="linreg") for n in range(4)},
        "e": failed("Nobody else does this.", "lr = 4"),
    }
    unnamed, first, second = find(results).lessons
    assert (unnamed.part, unnamed.students, unnamed.what) == (
        "linreg",
        4,
        "This fails, and no known mistake explains why: It moves.",
    )
    assert (first.what, first.students, first.points) == (climbs, 3, 6)
    assert first.example is not None
    assert (first.example.example, first.hint) == ("lr = 1", "Which way?")
    assert (second.what, second.students) == (forgets, 2)
    named = {mistake.name: mistake for mistake in find(results).mistakes}
    assert (named[climbs].students, named[climbs].perhaps) == ({"b0", "b1", "b2"}, {"c"})


def test_where_everybody_errs_in_a_way_of_their_own_the_checks_are_named():
    [lesson] = find({"a": failed("One way.", "lr = 1"), "b": failed("Another.", "lr = 20")}).lessons
    assert (lesson.what, lesson.students, lesson.points) == ("This fails for different reasons: It moves.", 2, 4)


def test_nothing_is_taught_again_to_those_who_know_it():
    assert find({"a": invented.result(())}).lessons == ()


# The page


@pytest.mark.parametrize("number", [1, 5, 2000])
def test_a_class_of_any_size_has_the_same_page_every_time(number: int):
    results = invented.results(number)
    page = page_of(results)
    assert page == page_of(results)
    assert len(page) < 4e6
    seen = Page(page)
    assert [tag for tag, _ in seen.elements].count("h1") == 1
    ids = seen.values("id")
    assert len(ids) == len(set(ids))
    assert {link.removeprefix("#") for link in seen.values("href") if link.startswith("#")} <= set(ids)
    levels = [int(tag[1]) for tag, _ in seen.elements if re.fullmatch(r"h\d", tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_nothing_in_the_page_runs_is_loaded_or_pretends():
    page = page_of(invented.results(40, nasty=True))
    seen = Page(page)
    assert invented.NASTY in seen.text
    assert {tag for tag, _ in seen.elements}.isdisjoint({"script", "iframe", "object", "embed", "form", "base", "link"})
    assert not [name for _, attributes in seen.elements for name in attributes if name.startswith("on")]
    [policy] = [attributes["content"] for _, attributes in seen.elements if "http-equiv" in attributes]
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline';")
    assert not [address for name in ("href", "src", "xlink:href") for address in seen.values(name) if address[0] != "#"]


def test_every_picture_has_words_and_its_numbers_stand_in_a_table():
    seen = Page(page_of(invented.results(30)))
    drawn = [attributes for tag, attributes in seen.elements if tag == "svg"]
    assert len(drawn) == 4
    for attributes in drawn:
        assert attributes["role"] == "img"
        assert set(str(attributes["aria-labelledby"]).split()) <= set(seen.values("id"))


def test_the_table_has_a_row_for_everybody_and_no_formula():
    results = invented.results(3)
    text = class_table(register(results), find(results))
    head, *rows = csv.reader(text.splitlines())
    by_id = {row[0]: dict(zip(head, row, strict=True)) for row in rows}
    assert set(by_id) == {*results, "x-broken", "x-absent"}
    assert by_id["x-absent"]["name"] == '\'=HYPERLINK("x")'
    assert by_id["x-broken"]["automatic_score"] == by_id["x-absent"]["automatic_score"] == ""
    for student, result in results.items():
        assert by_id[student]["automatic_score"] == str(result.score)
        assert by_id[student]["sgd"] == str(next(part.score for part in result.parts if part.id == "sgd"))


# The command


@pytest.fixture(scope="module")
def graded(tmp_path_factory) -> Desk:
    """ada and dora are graded, bob could not be."""
    with pytest.MonkeyPatch.context() as patch:
        desk = open_desk(generate(tmp_path_factory.mktemp("made")), tmp_path_factory.mktemp("class") / "course", patch)
        for student in ("ada", "dora"):
            desk.hand_in(student)
        desk.hand_in("bob", b"{}")
        with desk.gradebook() as book:
            book.update_or_create_student("eve", last_name="Late")
        desk.autograde()
    shutil.copytree(ROOT / "assignments" / NAME, desk.root / "assignments" / NAME)
    return desk


@pytest.fixture
def desk(graded, monkeypatch) -> Desk:
    """With a configuration that is the desk's."""
    monkeypatch.setattr(
        command, "configured", lambda assignment: CohortAutograde(coursedir=graded.directory(), config=graded.config)
    )
    return graded


def test_everybody_is_where_they_belong(desk, tmp_path):
    said = report_class(Course(desk.root), NAME, tmp_path / "out")
    assert said.startswith(f"{NAME}: 2 graded, 1 could not be graded, 1 not handed in.")
    seen = Page((tmp_path / f"out/{NAME}.html").read_text(encoding="utf-8"))
    assert "4 students: 2 graded, 1 could not be graded, 0 not graded yet, 1 not handed in." in seen.text
    head, *rows = csv.reader((tmp_path / f"out/{NAME}.csv").read_text(encoding="utf-8").splitlines())
    state = {row[0]: row[head.index("state")] for row in rows}
    assert state == {"ada": "graded", "bob": "could not grade", "dora": "graded", "eve": "not handed in"}


def test_a_record_that_cannot_be_read_or_is_out_of_date_is_told(desk, tmp_path):
    records = Path(desk.root, "records", NAME)
    kept = {path: path.read_bytes() for path in records.glob("*.json")}
    try:
        (records / "ada.json").write_bytes(b"half a reco")
        old = read_record(records / "dora.json")
        assert old is not None
        part = old.result.parts[0]
        shorter = msgspec.structs.replace(part, checks=part.checks[1:])
        result = msgspec.structs.replace(old.result, parts=(shorter, *old.result.parts[1:]))
        write_record(records / "dora.json", msgspec.structs.replace(old, result=result))
        said = report_class(Course(desk.root), NAME, tmp_path)
        assert "1 graded, 1 could not be graded, 1 not graded yet, 1 not handed in." in said
        assert "1 record may be out of date" in said
        seen = Page((tmp_path / f"{NAME}.html").read_text(encoding="utf-8"))
        assert "The record of grading it cannot be read." in seen.text
        assert "It was graded by other checks than there are now." in seen.text
    finally:
        for path, data in kept.items():
            path.write_bytes(data)


def test_without_anything_to_report_it_says_what_to_do(desk, tmp_path, monkeypatch, capsys):
    with pytest.raises(NoReport, match=r"There is no assignment called 'ps1'. There are: "):
        report_class(Course(desk.root), "ps1", tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(NoReport, match=r"is a file: name a folder"):
        report_class(Course(desk.root), NAME, tmp_path / "file")
    assert main(["report", "ps1", "--course", str(ROOT)]) == 2
    assert "There is no assignment called 'ps1'" in capsys.readouterr().err
